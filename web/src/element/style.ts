import { css } from "lit";

/** The layout of the parts: three columns, two on a tablet, one on a phone. */
export const elementStyle = css`
  :host {
    display: block;
    position: relative;
    container-type: inline-size;
    background: var(--ground);
  }

  .frame {
    display: grid;
    gap: var(--gap);
    padding: var(--gap);
    max-width: 1760px;
    margin: 0 auto;
    grid-template-columns: 244px minmax(0, 1fr) 348px;
    grid-template-areas:
      "header header header"
      "gallery main attack";
  }

  .frame.no-gallery {
    grid-template-columns: 0 minmax(0, 1fr) 348px;
    column-gap: calc(var(--gap) / 2);
  }

  .frame.no-attack {
    grid-template-columns: 244px minmax(0, 1fr) 0;
  }

  .frame.no-gallery.no-attack {
    grid-template-columns: 0 minmax(0, 1fr) 0;
    column-gap: 0;
  }

  header {
    grid-area: header;
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px 20px;
    flex-wrap: wrap;
  }

  /* Floats above the lower edge of the window at any scroll position. */
  ciasa-notice {
    position: sticky;
    bottom: 16px;
    z-index: 4;
    display: block;
    width: min(720px, 100% - 20px);
    margin: 0 auto 16px;
  }

  ciasa-gallery {
    grid-area: gallery;
  }

  ciasa-attack-panel {
    grid-area: attack;
  }

  ciasa-gallery,
  ciasa-attack-panel {
    position: sticky;
    top: var(--gap);
    height: calc(100vh - 84px);
    min-height: 420px;
    max-height: 940px;
    align-self: start;
  }

  main {
    grid-area: main;
    display: grid;
    gap: var(--gap);
    align-content: start;
    min-width: 0;
  }

  .hero {
    display: grid;
    overflow: hidden;
  }

  ciasa-verdict {
    border-bottom: 1px solid var(--line);
  }

  ciasa-stage {
    height: clamp(300px, 50vh, 620px);
    background: radial-gradient(ellipse at 50% 35%, var(--surface), var(--sunken) 130%);
  }

  .below {
    display: grid;
    gap: var(--gap);
    grid-template-columns: repeat(2, minmax(0, 1fr));
  }

  /* Outside the frame, since the sticky columns must end with it. */
  .foot {
    display: grid;
    gap: var(--gap);
    grid-template-columns: minmax(0, 1fr);
    padding: 0 var(--gap) var(--gap);
    max-width: 1760px;
    margin: 0 auto;
  }

  .toured {
    scroll-margin: 8px;
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }

  .drop {
    position: absolute;
    inset: 8px;
    z-index: 10;
    display: grid;
    place-items: center;
    border: 2px dashed var(--clean);
    border-radius: var(--radius);
    background: color-mix(in oklab, var(--surface) 82%, transparent);
    font-size: 20px;
    font-weight: 600;
    pointer-events: none;
  }

  @container (max-width: 1080px) {
    .frame,
    .frame.no-gallery,
    .frame.no-attack {
      grid-template-columns: minmax(0, 1fr) 330px;
      column-gap: var(--gap);
      grid-template-areas:
        "header header"
        "main attack"
        "gallery gallery";
    }

    .frame.no-attack {
      grid-template-columns: minmax(0, 1fr) 0;
    }

    ciasa-gallery {
      position: static;
      height: auto;
      max-height: 420px;
    }
  }

  @container (max-width: 720px) {
    .frame,
    .frame.no-gallery,
    .frame.no-attack,
    .frame.no-gallery.no-attack {
      --gap: 10px;
      padding: 10px;
      display: flex;
      flex-direction: column;
    }

    /* In order of use: watch, choose, attack, read. */
    main {
      display: contents;
    }

    .hero {
      display: contents;
    }

    /* Picture and slider stay in sight while settings below them change. */
    .view {
      order: 1;
      z-index: 3;
      background: var(--surface);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      overflow: hidden;
    }

    ciasa-stage-bar,
    ciasa-outcome {
      order: 1;
      background: var(--surface);
      border: 1px solid var(--line);
      border-radius: var(--radius);
    }

    ciasa-gallery {
      order: 2;
    }

    ciasa-attack-panel {
      order: 3;
    }

    .below {
      order: 4;
    }

    ciasa-exports {
      order: 5;
    }

    .foot {
      --gap: 10px;
    }

    ciasa-stage {
      height: min(32vh, 300px);
    }

    ciasa-gallery {
      max-height: 330px;
    }

    ciasa-attack-panel,
    ciasa-gallery {
      align-self: stretch;
      min-height: 0;
    }

    ciasa-attack-panel {
      position: static;
      height: auto;
      max-height: none;
    }

    .below {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  @media (max-width: 740px) and (min-height: 640px) {
    .view {
      position: sticky;
      top: 0;
    }

    /* A part that the tour is about needs the room. */
    .touring .view {
      position: static;
    }
  }
`;

import { css } from "lit";

/** The camera's dialog. */
export const cameraStyle = css`
  dialog { width: min(860px, calc(100vw - 20px)); overflow: auto; }
  :host { display: grid; gap: 14px; }
  .body { display: grid; gap: 14px; padding: 18px 20px 20px; }
  .head { display: grid; grid-template-columns: 1fr auto; align-items: start; gap: 10px; }
  .head button { width: 34px; padding: 0; }
  .actions { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; }
  .actions button { min-height: 40px; min-width: 88px; }
  .two { display: grid; grid-template-columns: minmax(0, 1.35fr) minmax(0, 1fr); gap: 14px; }
  .preview, .seen {
    position: relative;
    overflow: hidden;
    border-radius: var(--radius-s);
    background: var(--sunken);
    min-height: 200px;
  }
  /* As in a mirror. */
  .preview { transform: scaleX(-1); aspect-ratio: 4 / 3; }
  .preview video { display: block; width: 100%; height: 100%; object-fit: fill; }
  .preview canvas, .seen canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
  .side { display: grid; gap: 10px; align-content: start; grid-template-rows: minmax(180px, 1fr) auto; }
  .big {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    transform: scaleX(-1);
    color: #fff;
    font-size: 72px;
    font-weight: 700;
    text-shadow: 0 2px 14px rgb(0 0 0 / 70%);
  }
  .remark { font-weight: 550; }
  .remark + .hint { margin-top: -10px; }
  .answers { display: grid; gap: 8px; }
  .answer { display: grid; grid-template-columns: 1fr auto; gap: 2px 8px; font-size: 13px; }
  .answer strong { overflow-wrap: anywhere; }
  .bar { grid-column: 1 / -1; height: 8px; border-radius: 4px; background: var(--sunken); overflow: hidden; }
  .bar i { display: block; height: 100%; border-radius: 4px; background: var(--clean); transition: width 160ms; }
  .attacked .bar i {
    background: repeating-linear-gradient(
      -55deg,
      var(--perturbed) 0 4px,
      color-mix(in oklab, var(--perturbed) 62%, var(--surface)) 4px 6px
    );
  }
  .flipped strong { color: var(--perturbed); }
  .settings { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; }
  .settings label { display: inline-flex; gap: 7px; align-items: center; min-height: 34px; }
  fieldset { display: flex; flex-wrap: wrap; gap: 4px 14px; border: 0; padding: 0; margin: 0; }
  fieldset label { display: inline-flex; gap: 7px; align-items: center; min-height: 34px; }
  legend { float: left; margin-right: 12px; padding: 0; font-weight: 550; line-height: 34px; }
  .ranges { display: grid; grid-template-columns: auto 1fr auto; gap: 8px 12px; align-items: center; }
  .ranges label { display: contents; }
  .ranges output { min-width: 58px; text-align: right; }
  .trimmed { height: min(340px, 45dvh); }
  .bad { color: var(--bad); overflow-wrap: anywhere; }
  progress { width: 100%; accent-color: var(--accent); }
  @media (max-width: 700px) {
    .two { grid-template-columns: 1fr; }
    .side { grid-template-rows: 170px auto; }
    .settings label, fieldset label { min-height: 44px; }
    .actions button { min-height: 44px; }
    .head button { width: 44px; min-height: 44px; }
    legend { float: none; line-height: 1.4; }
  }
`;

import { css } from "lit";

/** A modal dialog's frame. */
export const dialogStyle = css`
  dialog {
    max-width: none;
    max-height: calc(100dvh - 20px);
    padding: 0;
    color: var(--ink);
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    box-shadow: 0 18px 60px rgb(0 0 0 / 30%);
  }
  dialog::backdrop { background: rgb(10 18 26 / 45%); }
  dialog h2 { font-size: 16px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
`;

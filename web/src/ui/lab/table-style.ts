import { css } from "lit";

/** The Lab's tables scroll within their box; digits are aligned. */
export const tableStyle = css`
  .box {
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    overflow: auto;
    scrollbar-width: thin;
    max-height: 420px;
  }
  table {
    border-collapse: separate;
    border-spacing: 0;
    width: 100%;
    font-size: 12.5px;
    font-variant-numeric: tabular-nums;
  }
  th, td {
    padding: 6px 12px;
    text-align: right;
    vertical-align: top;
    white-space: nowrap;
    border-bottom: 1px solid var(--line);
  }
  tbody tr:last-child > * { border-bottom: 0; }
  thead th { background: var(--sunken); color: var(--ink-2); font-size: 12px; font-weight: 550; }
  tr > :first-child, .left { text-align: left; }
  thead tr:nth-child(2) > :first-child { text-align: right; }
  tbody th { font-weight: 500; background: var(--surface); }
  /* The first column and the head stay in sight. */
  tbody th, thead tr:first-child > :first-child { position: sticky; left: 0; z-index: 1; }
  .tall thead th { position: sticky; top: 0; z-index: 2; }
  .tall thead th:first-child { z-index: 3; }
  small { display: block; font-size: 11px; font-weight: 400; color: var(--ink-3); }
  thead small { color: inherit; }
  caption.visually-hidden { white-space: normal; }
  .box + .hint { margin-top: 6px; }
`;

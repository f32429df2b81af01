import { html, svg, type TemplateResult } from "lit";

const icon = (body: TemplateResult) =>
  html`<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"
    stroke-linejoin="round" aria-hidden="true">${body}</svg>`;

export const play = icon(svg`<path d="M5 3.2v9.6L12.6 8z" fill="currentColor"/>`);
export const pause = icon(svg`<path d="M5.5 3.5v9M10.5 3.5v9" stroke-width="2.4"/>`);
export const stepForward = icon(svg`<path d="M4 3.5v9L10 8zM12.5 3.5v9"/>`);
export const back = icon(svg`<path d="M10 3.5 5.5 8l4.5 4.5"/>`);
export const forward = icon(svg`<path d="M6 3.5 10.5 8 6 12.5"/>`);
export const reset = icon(svg`<path d="M3 8a5 5 0 1 0 1.6-3.7M3 2.6v2.6h2.6"/>`);
export const cross = icon(svg`<path d="m4 4 8 8M12 4l-8 8"/>`);
export const upload = icon(svg`<path d="M8 10.5V3M5 5.5 8 2.7l3 2.8M3 10.5v2.8h10v-2.8"/>`);
export const download = icon(svg`<path d="M8 2.7v7.5M5 7.5l3 2.8 3-2.8M3 10.5v2.8h10v-2.8"/>`);
export const camera = icon(
  svg`<path d="M2.8 6V3.2h2.9M13.2 6V3.2h-2.9M2.8 10v2.8h2.9M13.2 10v2.8h-2.9"/><circle cx="8" cy="8" r="1.4"/>`,
);
export const chip = icon(
  svg`<rect x="4.3" y="4.3" width="7.4" height="7.4" rx="1.5"/><path
    d="M6.5 1.8v2M9.5 1.8v2M6.5 12.2v2M9.5 12.2v2M1.8 6.5h2M1.8 9.5h2M12.2 6.5h2M12.2 9.5h2"/>`,
);
export const hand = icon(
  svg`<circle cx="8" cy="8" r="2.2"/><path d="M8 1.6v2.2M8 12.2v2.2M1.6 8h2.2M12.2 8h2.2"/>`,
);
export const search = icon(svg`<circle cx="7" cy="7" r="4"/><path d="m10.2 10.2 3 3"/>`);
export const link = icon(
  svg`<path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.9.9"/>
    <path d="M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.9-.9"/>`,
);
export const peak = icon(
  svg`<path d="M2 12.5c3 0 3.5-7 6-7s3 7 6 7"/><path d="M5.6 1.6h4.8L8 4.2z" fill="currentColor"/>`,
);

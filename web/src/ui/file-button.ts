import { html, type TemplateResult } from "lit";

interface Door {
  /** What the button says. */
  label: TemplateResult | string;
  /** What the field behind it is called. */
  name: string;
  /** Endings of the files. */
  accept: string;
  multiple?: boolean;
  title?: string;
  picked: (files: File[]) => void;
}

const browse = (event: Event): void => {
  const field = (event.currentTarget as HTMLElement).nextElementSibling as HTMLInputElement;
  field.click();
};

/** A button that opens the visitor's files, and the field that the browser wants for it. */
export const fileButton = ({ label, name, accept, multiple = false, title = "", picked }: Door) => html`
  <button type="button" class="small" title=${title} @click=${browse}>${label}</button>
  <input type="file" hidden ?multiple=${multiple} accept=${accept} aria-label=${name} tabindex="-1"
    @change=${(event: Event) => {
      const field = event.currentTarget as HTMLInputElement;
      picked([...(field.files ?? [])]);
      // The same file can be chosen again after a correction.
      field.value = "";
    }} />`;

import { html, type TemplateResult } from "lit";

interface FileButton {
  /** The button's text. */
  label: TemplateResult | string;
  /** The accessible name of the hidden file field. */
  name: string;
  /** File name endings, comma-separated. */
  accept: string;
  multiple?: boolean;
  title?: string;
  picked: (files: File[]) => void;
}

const browse = (event: Event): void => {
  const field = (event.currentTarget as HTMLElement).nextElementSibling as HTMLInputElement;
  field.click();
};

/** A button that opens the browser's file dialog, with the hidden field that the browser requires. */
export const fileButton = ({ label, name, accept, multiple = false, title = "", picked }: FileButton) => html`
  <button type="button" class="small" title=${title} @click=${browse}>${label}</button>
  <input type="file" hidden ?multiple=${multiple} accept=${accept} aria-label=${name} tabindex="-1"
    @change=${(event: Event) => {
      const field = event.currentTarget as HTMLInputElement;
      picked([...(field.files ?? [])]);
      // Otherwise choosing the same file again would not fire "change".
      field.value = "";
    }} />`;

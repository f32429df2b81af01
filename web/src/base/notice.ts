/** A message for the visitor: what happened, why, what is kept, and buttons for the next step. */
export interface Notice {
  tone: "bad" | "info";
  title: string;
  detail: string;
  kept?: string;
  actions: { label: string; run: () => void }[];
}

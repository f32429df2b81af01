import { html } from "lit";
import type { LayoutId } from "../../base/clip.ts";
import { CAMERA_LAYOUTS } from "../../camera/layouts.ts";

const NAMES: Record<(typeof CAMERA_LAYOUTS)[number], string> = {
  "kinect-v1": "Kinect, in metres",
  "openpose-18": "OpenPose, in the picture",
};

/** The skeleton that the clip gets, and with it the networks that read it. */
export const layoutChoice = (now: LayoutId, chosen: (layout: LayoutId) => void) => html`<fieldset>
  <legend>Skeleton</legend>
  ${CAMERA_LAYOUTS.map(
    (id) => html`<label><input type="radio" name="layout" value=${id} .checked=${id === now}
      @change=${() => chosen(id)} /> ${NAMES[id]}</label>`,
  )}
</fieldset>`;

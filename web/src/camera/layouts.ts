import type { LayoutId } from "../base/clip.ts";

/** Layouts of the shipped networks that a camera can give. */
export const CAMERA_LAYOUTS = ["kinect-v1", "openpose-18"] as const satisfies LayoutId[];

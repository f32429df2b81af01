import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { attack, cpu, open, painted, picture, recognised, saved } from "./helpers.ts";

const fixture = (name: string) => readFileSync(`tests/fixtures/${name}`, "utf8");

/** Drops a file on the playground. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const files = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], fileName));
      return transfer;
    },
    [name, content] as const,
  );
  await page.dispatchEvent("ciasa-playground", "drop", { dataTransfer: files });
}

test("MediaPipe's results are shown, and convert to layouts that networks read", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  await recognised(page);
  await drop(page, "me.json", fixture("mediapipe.json"));
  const panel = page.locator("ciasa-recogniser");
  await expect(panel).toContainText("No network here reads clips of MediaPipe, 33 joints");
  await expect(panel).toContainText("averaged: head (left ear, right ear)");
  await picture(page, "layouts-mediapipe");

  await panel.getByRole("button", { name: "Convert to Kinect v1, 20 joints" }).click();
  const kinect = page.locator("ciasa-gallery li button", { hasText: "me.json, kinect-v1" });
  await expect(kinect).toHaveAttribute("aria-pressed", "true");
  await recognised(page);
  await picture(page, "layouts-kinect");

  // For the picture's network the file's landmarks in the picture are read.
  await page
    .locator("ciasa-gallery li button", { hasText: /^\s*me\.json(?!,)/ })
    .first()
    .click();
  await panel.getByRole("button", { name: "Convert to OpenPose, 18 joints (2-D)" }).click();
  await recognised(page);
  const nose = await page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { clip: { layout: string; data: Float32Array } };
    };
    return { layout: element.session.clip.layout, y: element.session.clip.data[1] };
  });
  expect(nose.layout).toBe("openpose-18");
  expect(nose.y).toBeCloseTo(0.252, 4);
});

test("a BVH file opens, is attacked, and is written back with its own bones", async ({ page }) => {
  await open(page, `${cpu}&n=3`);
  await painted(page);
  await drop(page, "wave.bvh", fixture("wave.bvh"));
  await recognised(page);
  await picture(page, "layouts-bvh");
  await attack(page);
  const written = await saved(page, /Attacked clip, BVH/);
  const head = (text: string) => text.slice(0, text.indexOf("Frame Time:"));
  expect(head(written)).toBe(head(fixture("wave.bvh")));
  expect(written).not.toBe(fixture("wave.bvh"));
  await expect(page.locator("ciasa-notice")).toContainText(/follow the clip's joints to within \d+\.\d mm/);
  await picture(page, "layouts-bvh-written");
});

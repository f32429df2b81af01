import { expect, type Locator, type Page, test } from "@playwright/test";

const host = `<!doctype html><html lang="en"><title>A lesson</title><h1>Two clips</h1>
<ciasa-playground id="a" engine="cpu" manual-engine hide="header gallery explain"></ciasa-playground>
<ciasa-playground id="b" engine="cpu" mode="localized"
  hide="header gallery attack curves figures exports explain"></ciasa-playground>
<script type="module" src="/ciasa-playground.js"></script></html>`;

/** Opens a host page; returns its second element. */
async function lesson(page: Page, rest = ""): Promise<Locator> {
  await page.route("**/lesson.html*", (route) => route.fulfill({ contentType: "text/html", body: host }));
  await page.goto(`/lesson.html${rest}`);
  return page.locator("#b");
}

test("two elements work on a host page and leave its address alone", async ({ page }) => {
  const b = await lesson(page, "?chapter=3#part-2");
  const a = page.locator("#a");
  await expect(a.locator("canvas.painted")).toBeVisible();
  await b.scrollIntoViewIfNeeded();
  await expect(b.locator("canvas.painted")).toBeVisible();
  await expect(b.locator("ciasa-attack-panel")).toHaveCount(0);
  await expect(a.locator("ciasa-gallery")).toHaveCount(0);
  await a.getByRole("radio", { name: "Advanced" }).check();
  const modes = await page.evaluate(() =>
    ["a", "b"].map(
      (id) =>
        (document.getElementById(id) as unknown as { session: { state: { mode: string } } }).session.state
          .mode,
    ),
  );
  expect(modes).toEqual(["advanced", "localized"]);
  // `a` waits for a click, `b` loads the engine itself.
  await expect(a.locator("ciasa-verdict")).toContainText("engine not loaded");
  await expect(b.locator("ciasa-verdict .before")).toContainText("%");
  const { hash, search } = new URL(page.url());
  expect([search, hash]).toEqual(["?chapter=3", "#part-2"]);
});

test("reports and the end of an attack arrive as events", async ({ page }) => {
  const b = await lesson(page);
  await expect(b.locator("ciasa-verdict .before")).toContainText("%");
  const seen = await page.evaluate(async () => {
    const element = document.getElementById("b") as HTMLElement & {
      session: { settings: { set(patch: object): void } };
      run(): void;
    };
    element.session.settings.set({ mode: "basic", stop: "iterations", iterations: 2 });
    const steps: number[] = [];
    element.addEventListener("ciasa-report", (event) => steps.push((event as CustomEvent).detail.iteration));
    const done = new Promise<string>((resolve) => {
      element.addEventListener("ciasa-done", (event) => resolve((event as CustomEvent).detail.reason));
    });
    element.run();
    return { reason: await done, steps };
  });
  expect(seen).toEqual({ reason: "iterations", steps: [1, 2] });
});

test("a script opens weights without a dialog", async ({ page }) => {
  const b = await lesson(page);
  await expect(b.locator("ciasa-verdict .before")).toContainText("%");
  const seen = await page.evaluate(async () => {
    const element = document.getElementById("b") as HTMLElement & {
      openWeights(files: File[], answers?: object): Promise<{ name: string; frames: number } | null>;
    };
    const bytes = await (await fetch("/models/utd-mhad-st-gcn.safetensors")).arrayBuffer();
    const file = new File([bytes], "theirs.safetensors");
    const wrong: string[] = [];
    element.addEventListener("ciasa-error", (event) => wrong.push((event as CustomEvent).detail.message));
    const refused = await element.openWeights([new File([bytes.slice(0, 99)], "cut.safetensors")], {});
    const outside = await element.openWeights([file], { frames: 5000 });
    const entry = await element.openWeights([file], { frames: 32, classNames: "" });
    const given = await element.openWeights([file], { frames: 32 });
    return { refused, outside, entry, wrong, given: given && [given.name, given.frames] };
  });
  expect(seen.given).toEqual(["theirs", 32]);
  expect([seen.refused, seen.outside, seen.entry]).toEqual([null, null, null]);
  expect(seen.wrong[0]).toContain("cut.safetensors");
  expect(seen.wrong[1]).toBe("frames: must be 0 to 1000");
  expect(seen.wrong[2]).toBe("class names: 0 names for 27 classes");
  await expect(b.locator("ciasa-verdict .before")).toContainText("class");
  await expect(b.locator("dialog")).toHaveCount(0);
});

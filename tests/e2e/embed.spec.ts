import { expect, type Locator, type Page, test } from "@playwright/test";

const host = `<!doctype html><html lang="en"><title>A lesson</title><h1>Two clips</h1>
<ciasa-playground id="a" engine="cpu" manual-engine hide="header gallery explain"></ciasa-playground>
<ciasa-playground id="b" engine="cpu" mode="localized" hide="header gallery attack curves figures exports explain"></ciasa-playground>
<script type="module" src="/ciasa-playground.js"></script></html>`;

/** Opens the page of somebody else; gives its second element. */
async function lesson(page: Page, rest = ""): Promise<Locator> {
  await page.route("**/lesson.html*", (route) => route.fulfill({ contentType: "text/html", body: host }));
  await page.goto(`/lesson.html${rest}`);
  return page.locator("#b");
}

test("two elements live on a page of somebody else and leave its address alone", async ({ page }) => {
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
  // `a` waits for its visitor, `b` loads by itself.
  await expect(a.locator("ciasa-verdict")).toContainText("engine not loaded");
  await expect(b.locator("ciasa-verdict .before")).toContainText("%");
  const { hash, search } = new URL(page.url());
  expect([search, hash]).toEqual(["?chapter=3", "#part-2"]);
});

test("reports and the end are told as events", async ({ page }) => {
  const b = await lesson(page);
  await expect(b.locator("ciasa-verdict .before")).toContainText("%");
  const told = await page.evaluate(async () => {
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
  expect(told).toEqual({ reason: "iterations", steps: [1, 2] });
});

test("weights are opened by a script, with nobody asked", async ({ page }) => {
  const b = await lesson(page);
  await expect(b.locator("ciasa-verdict .before")).toContainText("%");
  const told = await page.evaluate(async () => {
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
  expect(told.given).toEqual(["theirs", 32]);
  expect([told.refused, told.outside, told.entry]).toEqual([null, null, null]);
  expect(told.wrong[0]).toContain("cut.safetensors");
  expect(told.wrong[1]).toBe("frames: must be 0 to 1000");
  expect(told.wrong[2]).toBe("class names: 0 names for 27 classes");
  await expect(b.locator("ciasa-verdict .before")).toContainText("class");
  await expect(b.locator("dialog")).toHaveCount(0);
});

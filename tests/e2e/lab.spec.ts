import { expect, type Page, test } from "@playwright/test";
import { attack, cpu, errorsOf, open, picture, recognised, saved, violations } from "./helpers.ts";
import { epsilons, go, lab, openLab, state } from "./lab-page.ts";

/** Cells of a table's body, row by row. */
const cells = (page: Page, part: string) =>
  page
    .locator(`${part} tbody tr`)
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? "")),
    );

test("nothing of the Lab is loaded before it is opened", async ({ page }) => {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await open(page, cpu);
  await recognised(page);
  const before = loaded.length;
  await page.getByRole("button", { name: "Open the Lab" }).click();
  await expect(go(page)).toBeEnabled();
  expect(loaded.slice(before).some((path) => path.endsWith(".js"))).toBe(true);
  // Only its code: no clip is read before the sweep runs.
  expect(loaded.slice(before).filter((path) => path.includes("/clips/"))).toEqual([]);
  expect(new URL(page.url()).hash).toContain("lab=1");
  await expect(state(page)).toHaveText(/^0 of 162 rows, time left unknown until the first row/);
});

test("a sweep draws its rates, and its files agree with its tables", async ({ page }) => {
  const errors = errorsOf(page);
  await openLab(page, ["Wave 1", "Squat 1", "Walk"]);
  await epsilons(page, "0.002, 0.05");
  await go(page).click();
  await expect(state(page)).toHaveText("6 of 6 rows: complete.");
  await expect(lab(page).locator(".plot circle")).toHaveCount(3);
  await lab(page).getByText("Every clip").click();
  const rows = await cells(page, "ciasa-lab-rows");
  const rates = await cells(page, "ciasa-lab-summary");
  expect(rows).toHaveLength(6);

  const [head = [], ...lines] = (await saved(page, /Rows, CSV/, lab(page)))
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const column = (line: string[], name: string) => line[head.indexOf(name)];
  expect(lines.map((line) => [column(line, "clean"), column(line, "predicted")])).toEqual(
    rows.map((row) => [row[2], row[4]?.replace(/(< )?[\d.]+ %.*/, "")]),
  );
  for (const [name = "", correct = "", , all = ""] of rates) {
    const of = lines.filter((line) => column(line, "setting") === name.replace("epsilon ", "e="));
    const fooled = (some: string[][]) => some.filter((line) => column(line, "fooled") === "true").length;
    const right = of.filter((line) => column(line, "clean_correct") === "true");
    expect(of).toHaveLength(3);
    expect(all).toContain(`${fooled(of)} of 3; `);
    // The label "walk" is not a class of this network, so the clip never counts as correct.
    expect(correct).toContain(`${fooled(right)} of 2; `);
    for (const line of of) {
      expect(Number(column(line, "linf"))).toBeCloseTo(Number(column(line, "epsilon")), 5);
      expect(column(line, "fooled") === "true").toBe(column(line, "clean") !== column(line, "predicted"));
    }
  }

  const settings = JSON.parse(await saved(page, /Settings, JSON/, lab(page)));
  expect(settings.settings.map((one: { config: { epsilon: number } }) => one.config.epsilon)).toEqual([
    0.002, 0.05,
  ]);
  expect(settings.clips).toHaveLength(3);
  const svg = await saved(page, /Plot, SVG/, lab(page));
  expect(svg).toMatch(/^<svg xmlns/);
  expect(svg).toContain("2 correctly classified clips");
  await expect(page.locator("ciasa-lab-methods")).toContainText(settings.model.weights[0].sha256);
  await lab(page).getByText("All clips").first().click();
  await picture(page, "lab");
  expect(errors).toEqual([]);
});

test("a cancelled sweep keeps its rows and resumes with the others", async ({ page }) => {
  await openLab(page, ["Wave 1", "Squat 1", "Throw 1"]);
  await epsilons(page, "0.01 0.02 0.03 0.04 0.05 0.06 0.07 0.08");
  await go(page).click();
  await expect(state(page)).toHaveText(/ [2-9] of 24 rows/);
  await lab(page).getByRole("button", { name: "Cancel the sweep" }).click();
  await expect(go(page)).toHaveText(/Resume/);
  await lab(page).getByText("Every clip").click();
  const kept = await cells(page, "ciasa-lab-rows");
  expect(kept.length).toBeGreaterThan(1);
  expect(kept.length).toBeLessThan(24);
  await expect(state(page)).toHaveText(new RegExp(`^${kept.length} of 24 rows, about .* left`));
  await go(page).click();
  await expect(state(page)).toHaveText("24 of 24 rows: complete.");
  // Existing rows, with their times, are not computed again.
  expect((await cells(page, "ciasa-lab-rows")).slice(0, kept.length)).toEqual(kept);
});

test("the playground's attack waits while the Lab computes, but not while it pauses", async ({ page }) => {
  await openLab(page, ["Wave 1"], "&sweep=basic&stop=iterations&n=2");
  await epsilons(page, "0.01");
  await lab(page).getByLabel("Steps at most").fill("300");
  await lab(page).getByLabel("Stop").selectOption("iterations");
  await go(page).click();
  await expect(state(page)).toHaveText(/step [1-9]/);
  await expect(page.locator("ciasa-run-bar")).toContainText("The Lab is computing.");
  await expect(page.getByRole("button", { name: "Run attack" })).toBeDisabled();
  await page.getByRole("button", { name: "Pause it" }).click();
  await expect(state(page)).toHaveText(/^Paused at Wave 1/);
  await attack(page);
  await go(page).click();
  // The attack in between ended the Lab's, which starts again.
  await expect(state(page)).toHaveText(/step [1-9]/);
  await lab(page).getByRole("button", { name: "Cancel the sweep" }).click();
  await expect(state(page)).toHaveText(/^0 of 1 rows/);
});

test("while the Lab computes, a clip of another skeleton can be watched and its network waits", async ({
  page,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await openLab(page, ["Wave 1"], "&sweep=basic");
  await epsilons(page, "0.01");
  await lab(page).getByLabel("Steps at most").fill("5000");
  await lab(page).getByLabel("Stop").selectOption("iterations");
  await go(page).click();
  await expect(state(page)).toHaveText(/step [1-9]/);
  const steps = async () => Number((await state(page).textContent())?.match(/step (\d+)/)?.[1]);
  const goesOn = async () => {
    const now = await steps();
    await expect.poll(steps).toBeGreaterThan(now + 3);
  };
  await page.locator("ciasa-gallery").getByRole("button", { name: "Squat 1, HDM05" }).click();
  const panel = page.locator("ciasa-recogniser");
  await expect(panel).toContainText("The Lab is computing. You can watch this clip");
  await expect(page.locator("ciasa-verdict .before")).toContainText("waits for the Lab");
  await goesOn();
  // A script cannot change the network during a sweep either.
  await page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { settings: { set(patch: object): void } };
    };
    element.session.settings.set({ clip: "synthetic-squat-1", model: "nw-ucla-st-gcn" });
  });
  await expect(page.locator("ciasa-gallery button[aria-pressed=true]")).toHaveText("Squat 1");
  await expect(panel).toContainText("The Lab is computing.");
  await goesOn();
  expect(asked.filter((path) => path.endsWith(".safetensors"))).toEqual([
    "/models/utd-mhad-st-gcn.safetensors",
  ]);
  await expect(lab(page).getByRole("alert")).toHaveCount(0);
  await lab(page).getByRole("button", { name: "Cancel the sweep" }).click();
  await expect(panel.getByRole("combobox", { name: "Network" })).toHaveValue("nw-ucla-st-gcn");
  await expect(page.locator("ciasa-verdict .before")).toContainText("%");
  await expect(panel).not.toContainText("The Lab is computing");
});

test("a lost engine is reported, and the sweep resumes with its rows", async ({ page }) => {
  await openLab(page, ["Wave 1", "Squat 1"]);
  await epsilons(page, "0.01 0.02 0.03 0.04 0.05 0.06");
  await go(page).click();
  await expect(state(page)).toHaveText(/ [2-9] of 12 rows/);
  await page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { startEngine(): void };
    };
    element.session.startEngine();
  });
  await expect(lab(page).getByRole("alert")).toContainText(/Kept: [2-9]/);
  await go(page).click();
  await expect(state(page)).toHaveText("12 of 12 rows: complete.");
  await expect(lab(page).getByRole("alert")).toHaveCount(0);
});

test("clips attacked for one network are shown to another", async ({ page }) => {
  // The same weights under a second name: whatever fools the first network fools the second.
  await page.route("**/models/manifest.json", async (route) => {
    const manifest = await (await route.fetch()).json();
    const [first] = manifest.models;
    await route.fulfill({ json: { ...manifest, models: [first, { ...first, id: "twin", name: "Twin" }] } });
  });
  await openLab(page, ["Wave 1"], "&sweep=transfer");
  await lab(page).getByLabel("Steps at most").fill("3");
  await go(page).click();
  await expect(state(page)).toHaveText("2 of 2 rows: complete.");
  await lab(page).getByText("Every clip").click();
  const [own, twin] = await cells(page, "ciasa-lab-rows");
  expect([twin?.[1], twin?.[2], twin?.[4]]).toEqual(["Twin", own?.[2], own?.[4]]);
});

test("a network on the second engine is attacked as on the page's own", async ({ page }) => {
  const run = async (model: string, boxes: string[]): Promise<Record<string, string>[]> => {
    // Another fragment alone would keep the page, and its rows.
    await page.goto("about:blank");
    await openLab(page, ["Wave 1"], `&sweep=transfer&model=${model}`);
    await lab(page).getByLabel("Steps at most").fill("3");
    const chosen = page.locator("ciasa-lab-networks").getByRole("checkbox");
    for (const box of await chosen.all()) {
      const name = (await box.getAttribute("aria-label")) ?? "";
      await box.setChecked(boxes.includes(name));
    }
    await go(page).click();
    await expect(state(page)).toHaveText(/: complete\.$/);
    const [head = [], ...lines] = (await saved(page, /Rows, CSV/, lab(page)))
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    return lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i] ?? ""])));
  };
  const [first, plain] = ["ST-GCN, UTD-MHAD", "ST-GCN, UTD-MHAD, trained plainly"];
  const both = [first, plain].flatMap((name) => [`Attack: ${name}`, `Judge: ${name}`]);
  const all = await run("utd-mhad-st-gcn", both);
  expect(all).toHaveLength(4);
  const of = (rows: typeof all, model: string, judge: string) =>
    rows.find((row) => row.model === model && row.judge === judge);
  const [a, b] = ["utd-mhad-st-gcn", "utd-mhad-st-gcn-plain"];
  const alone = await run(b, [`Attack: ${plain}`, `Judge: ${plain}`, `Judge: ${first}`]);
  for (const judge of [a, b]) {
    const [there, here] = [of(all, b, judge), of(alone, b, judge)];
    expect(here?.confidence).toBeTruthy();
    for (const name of ["weights", "judge_weights", "clean", "target", "predicted", "linf", "fooled"])
      expect(there?.[name], name).toBe(here?.[name]);
    expect(Number(there?.confidence)).toBeCloseTo(Number(here?.confidence), 4);
  }
  // The judges are two networks, and no answer is taken for the other's.
  expect(of(all, a, a)?.confidence).not.toBe(of(all, a, b)?.confidence);
});

test("own clips, two attacked networks and two judges give a matrix; other classes are refused", async ({
  page,
}) => {
  await page.route("**/models/manifest.json", async (route) => {
    const manifest = await (await route.fetch()).json();
    const [first] = manifest.models;
    const other = manifest.models.find(({ id }: { id: string }) => id === "nw-ucla-st-gcn");
    const twin = { ...first, id: "twin", name: "Twin" };
    await route.fulfill({ json: { ...manifest, models: [first, twin, other] } });
  });
  await openLab(page, ["Wave 1"], "&sweep=transfer");
  // An own clip: a shipped one under another name.
  const names = await page.evaluate(async () => {
    const element = document.querySelector("ciasa-playground") as HTMLElement & {
      session: {
        library: {
          entries: { name: string; id: string }[];
          clip(entry: unknown): Promise<{ name: string }>;
          addClip(clip: unknown, layouts: unknown): { name: string };
        };
        layouts: unknown;
        engine: { models: { name: string }[] };
      };
    };
    const { library, layouts, engine } = element.session;
    const clip = await library.clip(library.entries.find(({ name }) => name === "Squat 1"));
    library.addClip({ ...clip, name: "mine", origin: "file" }, layouts);
    return engine.models.map(({ name }) => name);
  });
  await lab(page).getByRole("checkbox", { name: "mine", exact: true }).check();
  const chooser = page.locator("ciasa-lab-networks");
  await expect(chooser).toContainText(/Not comparable\. It has 10 classes; .* has 27\./);
  await expect(chooser.getByRole("checkbox")).toHaveCount(4);
  await chooser.getByRole("checkbox", { name: "Attack: Twin" }).focus();
  await page.keyboard.press("Space");
  await lab(page).getByLabel("Steps at most").fill("3");
  await lab(page).locator("ciasa-lab-figure").getByText("All clips").click();
  await go(page).click();
  await expect(state(page)).toHaveText("8 of 8 rows: complete.");

  const [head = [], ...lines] = (await saved(page, /Rows, CSV/, lab(page)))
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const column = (line: string[], name: string) => line[head.indexOf(name)];
  const ids = [...new Set(lines.map((line) => column(line, "model")))];
  expect(ids).toHaveLength(2);
  const matrix = page.locator("ciasa-lab-matrix tbody tr");
  for (const [i, model] of ids.entries()) {
    for (const [j, judge] of ids.entries()) {
      const cell = lines.filter((l) => column(l, "model") === model && column(l, "judge") === judge);
      const hits = cell.filter((l) => column(l, i === j ? "hit" : "fooled") === "true").length;
      expect(cell).toHaveLength(2);
      await expect(matrix.nth(i).locator("td").nth(j)).toContainText(
        `${names[i]} attacked, ${names[j]} judges: ${i === j ? "white box, " : ""}${hits * 50} % (${hits} of 2;`,
      );
    }
  }
  // Equal weights: whichever is attacked and whichever judges, the engine gives a clip the same class.
  for (const clip of new Set(lines.map((line) => column(line, "clip")))) {
    const classes = lines.filter((l) => column(l, "clip") === clip).map((l) => column(l, "predicted"));
    expect(classes).toHaveLength(4);
    expect(new Set(classes).size).toBe(1);
  }
  expect(await saved(page, /Plot, SVG/, lab(page))).toContain("Twin attacked");
  await page.locator("ciasa-lab-matrix").scrollIntoViewIfNeeded();
  await picture(page, "lab-matrix");
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  // Colours change in a transition.
  await expect.poll(() => violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.locator("ciasa-lab-matrix").scrollIntoViewIfNeeded();
  await picture(page, "lab-matrix-phone");
});

test("a host page runs a sweep and gets its end as an event", async ({ page }) => {
  const host = `<!doctype html><html lang="en"><title>A lesson</title>
    <ciasa-playground engine="cpu"></ciasa-playground>
    <ciasa-playground id="bare" hide="lab" manual-engine></ciasa-playground>
    <script type="module" src="/ciasa-playground.js"></script></html>`;
  await page.route("**/lesson.html", (route) => route.fulfill({ contentType: "text/html", body: host }));
  await page.goto("/lesson.html");
  await expect(page.locator("ciasa-verdict .before").first()).toContainText("%");
  await expect(page.locator("#bare ciasa-lab")).toHaveCount(0);
  const end = await page.evaluate(async () => {
    const element = document.querySelector("ciasa-playground") as HTMLElement & {
      runLab(settings: object): Promise<void>;
    };
    const ended = new Promise<{ reason: string; rows: { clip: string; config: { epsilon: number } }[] }>(
      (resolve) => {
        element.addEventListener("ciasa-lab-done", (event) => resolve((event as CustomEvent).detail));
      },
    );
    await element.runLab({ sweep: "one-step", clips: ["synthetic-wave-1"], epsilons: [0.01, 0.02] });
    return ended;
  });
  expect(end.reason).toBe("complete");
  expect(end.rows.map((row) => [row.clip, row.config.epsilon])).toEqual([
    ["synthetic-wave-1", 0.01],
    ["synthetic-wave-1", 0.02],
  ]);
  expect(new URL(page.url()).hash).toBe("");
});

test("attacks against two networks give a matrix, as a table, CSV and SVG", async ({ page }) => {
  await page.route("**/models/manifest.json", async (route) => {
    const manifest = await (await route.fetch()).json();
    const [first] = manifest.models;
    await route.fulfill({ json: { ...manifest, models: [first, { ...first, id: "twin", name: "Twin" }] } });
  });
  await openLab(page, ["Wave 1", "Squat 1"], "&sweep=matrix&stop=iterations");
  const attacks = page.locator("ciasa-lab-attacks");
  const offered = await attacks.getByRole("checkbox").count();
  for (let i = 0; i < offered; i += 1) await attacks.getByRole("checkbox").nth(i).uncheck();
  await expect(page.locator("ciasa-lab-progress")).toContainText("No attack is chosen.");
  await attacks.getByRole("checkbox", { name: "FGSM", exact: true }).focus();
  await page.keyboard.press("Space");
  await attacks.getByRole("checkbox", { name: "PGD", exact: true }).check();
  await page.locator("ciasa-lab-networks").getByRole("checkbox", { name: "Attack: Twin" }).check();
  await lab(page).getByLabel("Steps at most").fill("2");
  await lab(page).locator("ciasa-lab-figure").getByText("All clips").click();
  await go(page).click();
  await expect(state(page)).toHaveText("8 of 8 rows: complete.");

  const table = (await saved(page, /Matrix, CSV/, lab(page))).trim().split("\n");
  expect(table[0]).toBe("attack,attacked_network,hits,of,share,low,high");
  expect(table).toHaveLength(5);
  const [head = [], ...rows] = (await saved(page, /Rows, CSV/, lab(page)))
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const of = (row: string[], name: string) => row[head.indexOf(name)];
  for (const cell of table.slice(1)) {
    const [attack, network, hits, count] = cell.split(",");
    const own = rows.filter((row) => of(row, "setting") === attack && of(row, "model") === network);
    expect([own.filter((row) => of(row, "fooled") === "true").length, own.length]).toEqual([
      Number(hits),
      Number(count),
    ]);
  }
  // Equal weights: both networks fall for the same attacks.
  expect(table[1]?.split(",").slice(2)).toEqual(table[2]?.split(",").slice(2));
  expect(await saved(page, /Plot, SVG/, lab(page))).toContain("FGSM, attacked network Twin");
  await page.locator("ciasa-lab-matrix").scrollIntoViewIfNeeded();
  await picture(page, "lab-attack-matrix");
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.locator("ciasa-lab-matrix").scrollIntoViewIfNeeded();
  await picture(page, "lab-attack-matrix-phone");
});

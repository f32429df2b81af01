import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import {
  attack,
  before,
  cpu,
  errorsOf,
  open,
  painted,
  picture,
  recognised,
  tabTo,
  violations,
} from "./helpers.ts";

const shipped = readFileSync("models/utd-mhad-st-gcn.safetensors");
const classes = Array.from({ length: 27 }, (_, i) => `action ${i + 1}`);

/** Chooses files with the button "Open weights". */
async function choose(page: Page, ...files: { name: string; buffer: Buffer }[]): Promise<void> {
  const input = page.locator("ciasa-recogniser input[type=file]");
  await input.setInputFiles(files.map((file) => ({ mimeType: "application/octet-stream", ...file })));
}

/** Drops files on the playground. */
async function drop(page: Page, ...files: { name: string; buffer: Buffer }[]): Promise<void> {
  const carried = files.map(({ name, buffer }) => ({ name, base64: buffer.toString("base64") }));
  const dataTransfer = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of all)
      transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    return transfer;
  }, carried);
  await page.dispatchEvent("ciasa-playground", "drop", { dataTransfer });
}

const dialog = (page: Page) => page.locator("ciasa-weights-dialog dialog");

const notice = (page: Page) => page.locator("ciasa-notice");

/** The members of the element that these tests use. */
interface Playground {
  session: {
    engine: { open(...all: unknown[]): Promise<unknown> };
    settings: { set(patch: object): void };
    weights: { cancel(): void };
  };
  openWeights(files: File[], answers?: object): Promise<unknown>;
  runLab(settings: object): Promise<void>;
  cancelLab(): Promise<void>;
}

/** Collects the element's errors. Call before `open`. */
async function failures(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const messages: string[] = [];
    Object.assign(window, { messages });
    addEventListener("ciasa-error", (event) => messages.push((event as CustomEvent).detail.message));
  });
  return () => page.evaluate(() => (window as unknown as { messages: string[] }).messages);
}

/** The file with one key replaced by another of the same length. */
function renamed(file: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(file);
  copy.write(to, copy.indexOf(from), "latin1");
  return copy;
}

test("a weight file is identified, loaded and attacked, and survives a restart of the engine", async ({
  page,
}) => {
  const errors = errorsOf(page);
  await open(page, `${cpu}&stop=iterations&n=2`);
  const clean = await recognised(page);
  await page.locator("ciasa-recogniser").getByRole("button", { name: "Open weights" }).focus();
  await choose(page, { name: "mine.safetensors", buffer: shipped });
  await expect(dialog(page)).toContainText("ST-GCN, Kinect v1, 20 joints, 27 classes");
  await expect(dialog(page).getByLabel(/which order/)).toHaveValue("layout");
  await expect(dialog(page).getByLabel(/before the network sees it/)).toHaveValue("centred");
  await expect(dialog(page).getByLabel(/How many frames/)).toHaveValue("64");
  await picture(page, "weights-dialog");

  // A list of another length is rejected, and nothing changes.
  const list = dialog(page).locator("input[type=file]");
  const text = (names: string[]) => ({
    name: "names.txt",
    mimeType: "text/plain",
    buffer: Buffer.from(names.join("\n")),
  });
  await list.setInputFiles(text(classes.slice(1)));
  await expect(dialog(page)).toContainText("from names.txt");
  await dialog(page).getByRole("button", { name: "Load" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("26 names for 27 classes");
  await list.setInputFiles(text(classes));
  await dialog(page).getByRole("button", { name: "Load" }).click();
  await expect(dialog(page)).toHaveCount(0);

  const named = async () => {
    const shippedClasses = (await (await page.request.get("/models/manifest.json")).json()).models[0].classes;
    return `action ${shippedClasses.indexOf(clean) + 1}`;
  };
  await expect.poll(() => before(page)).toBe(await named());
  const panel = page.locator("ciasa-recogniser");
  await expect(panel).toContainText("your file, accuracy unknown");
  await expect(panel.getByRole("combobox", { name: "Network" })).toHaveValue(/^opened-/);
  await panel.getByText("About this network").click();
  await expect(panel.locator("ciasa-network-details")).toContainText(
    `${shipped.length.toLocaleString("en")} bytes`,
  );
  await expect(panel.locator("ciasa-network-details")).toContainText(/[0-9a-f]{64}/);
  await picture(page, "weights-opened");
  await attack(page);
  expect(new URL(page.url()).hash).not.toContain("opened");

  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await page.locator("ciasa-engine-badge summary").click();
  await page.getByRole("radio", { name: /Automatic/ }).check();
  await expect(page.locator("ciasa-run-bar p")).toHaveText("Ready.");
  await expect.poll(() => before(page)).toBe(await named());

  // Back to the shipped network, without a reload.
  await panel.getByRole("combobox", { name: "Network" }).selectOption({ index: 0 });
  await expect.poll(() => before(page)).toBe(clean);
  expect(errors).toEqual([]);
});

test("a hostile weight file is rejected with the reason, and the previous network stays", async ({
  page,
}) => {
  await open(page, `${cpu}&stop=iterations&n=1`);
  const clean = await recognised(page);
  const refused = async (name: string, buffer: Buffer, cause: RegExp) => {
    await choose(page, { name, buffer });
    await expect(notice(page)).toContainText(`"${name}" cannot be opened.`);
    await expect(notice(page)).toContainText(cause);
    await expect(notice(page)).toContainText("Kept: the network");
    await expect(dialog(page)).toHaveCount(0);
    expect(await before(page)).toBe(clean);
  };
  await refused(
    "renamed.safetensors",
    renamed(shipped, '"fcn.bias"', '"fcn.bics"'),
    /missing from this ST-GCN: "fcn.bias"/,
  );
  await picture(page, "weights-refused");
  await refused(
    "cut.safetensors",
    shipped.subarray(0, 100_000),
    /cut\.safetensors, "st_gcn_.*": lies at bytes \d+ to \d+ of \d+: the safetensors file is cut short or damaged/,
  );
  const call = Buffer.from("\x80\x02cos\nsystem\nX\x04\x00\x00\x00echo\x85R.", "latin1");
  await refused(
    "call.pt",
    call,
    /call\.pt: .*holds no state dict, but an object that calls "os\.system"; nothing was run/,
  );
  await refused("text.pth", Buffer.from("no weights at all"), /text\.pth: neither a PyTorch nor/);
  await notice(page).getByRole("button", { name: "Dismiss" }).click();
  await recognised(page);
  await attack(page);
});

test("the dialog works by keyboard, fits a phone, meets WCAG AA and returns the focus", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, cpu);
  await recognised(page);
  const button = page.locator("ciasa-recogniser").getByRole("button", { name: "Open weights" });
  await button.focus();
  await choose(page, { name: "a-network-with-quite-a-long-name-indeed.safetensors", buffer: shipped });
  await expect(dialog(page).getByRole("button", { name: "Load" })).toBeEnabled();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await picture(page, "weights-dialog-phone");
  expect(await violations(page)).toEqual([]);
  // The first question comes first in the tab order.
  await page.keyboard.press("Tab");
  await expect(dialog(page).getByLabel(/which order/)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(button).toBeFocused();
  await expect(page.locator("ciasa-recogniser")).not.toContainText("your file");

  await choose(page, { name: "mine.safetensors", buffer: shipped });
  await expect(dialog(page).getByRole("button", { name: "Load" })).toBeEnabled();
  await tabTo(page, /^Load$/);
  await page.keyboard.press("Enter");
  await expect(page.locator("ciasa-recogniser")).toContainText("your file, accuracy unknown");
  await picture(page, "weights-opened-phone");
});

test("loading weights ends the page's attack without an error and cannot be cancelled", async ({ page }) => {
  const errors = await failures(page);
  await open(page, `${cpu}&stop=iterations&n=2000`);
  await recognised(page);
  await page.getByRole("button", { name: "Run attack" }).click();
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/^Step [1-9]/);
  await choose(page, { name: "mine.safetensors", buffer: shipped });
  await expect(dialog(page).getByRole("button", { name: "Load" })).toBeEnabled();
  // The engine waits for this test, so that the dialog stays open.
  await page.evaluate(() => {
    const { engine } = (document.querySelector("ciasa-playground") as unknown as Playground).session;
    const now = engine.open.bind(engine);
    engine.open = async (...all) => {
      await new Promise((resolve) => addEventListener("load-weights", resolve, { once: true }));
      return now(...all);
    };
  });
  await dialog(page).getByRole("button", { name: "Load" }).click();
  await expect(dialog(page).getByRole("button", { name: "Cancel" })).toBeDisabled();
  await page.keyboard.press("Escape");
  const second = await page.evaluate(async () => {
    const element = document.querySelector("ciasa-playground") as unknown as Playground;
    element.session.weights.cancel();
    return element.openWeights([new File(["second"], "second.pt")], {});
  });
  expect(second).toBeNull();
  expect(await errors()).toEqual([
    '"mine.safetensors" is being loaded. Open the next weights when that is done.',
  ]);
  await expect(dialog(page)).toBeVisible();
  await page.evaluate(() => dispatchEvent(new Event("load-weights")));
  await expect(page.locator("ciasa-recogniser")).toContainText("your file, accuracy unknown");
  await expect(page.locator("ciasa-run-bar p")).toHaveText("Ready.");
  expect(await errors()).toHaveLength(1);
  await expect(notice(page)).toHaveCount(0);
});

test("weights wait for a Lab that was started while their dialog is open", async ({ page }) => {
  await open(page, cpu);
  await recognised(page);
  await choose(page, { name: "mine.safetensors", buffer: shipped });
  await expect(dialog(page).getByRole("button", { name: "Load" })).toBeEnabled();
  await page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as Playground;
    const sweep = { sweep: "basic", clips: ["synthetic-wave-1"], epsilons: [0.01], iterations: 5000 };
    void element.runLab({ ...sweep, stop: { kind: "iterations" } });
  });
  await expect(page.locator("ciasa-run-bar")).toContainText("The Lab is computing.");
  await dialog(page).getByRole("button", { name: "Load" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("The Lab is using the engine.");
  await expect(dialog(page).getByRole("button", { name: "Load" })).toBeEnabled();
  await page.evaluate(async () => {
    await (document.querySelector("ciasa-playground") as unknown as Playground).cancelLab();
  });
  await dialog(page).getByRole("button", { name: "Load" }).click();
  await expect(page.locator("ciasa-recogniser")).toContainText("your file, accuracy unknown");
  await expect(page.locator("ciasa-lab-progress").getByRole("alert")).toHaveCount(0);
});

test("one of several lists of names is used; the others and too long ones are reported", async ({ page }) => {
  await open(page, cpu);
  await recognised(page);
  const names = Buffer.from(classes.join("\n"));
  await choose(
    page,
    { name: "mine.safetensors", buffer: shipped },
    { name: "names.txt", buffer: names },
    { name: "other.txt", buffer: names },
  );
  await expect(dialog(page)).toContainText("from names.txt");
  await expect(dialog(page).getByRole("alert")).toHaveText("Only one list is used; left out: other.txt.");
  const long = { name: "long.txt", mimeType: "text/plain", buffer: Buffer.alloc(1_000_001, "a") };
  await dialog(page).locator("input[type=file]").setInputFiles(long);
  await expect(dialog(page).getByRole("alert")).toHaveText(
    "long.txt is not used: 1000001 bytes; a list of names has at most 1000000.",
  );
  await expect(dialog(page)).toContainText("from names.txt");
});

test("networks are switched without a reload, and a switch can be cancelled", async ({ page }) => {
  // A copy of the first network whose file arrives when this test releases it.
  await page.route(/models\/manifest\.json/, async (route) => {
    const manifest = await (await route.fetch()).json();
    const [first] = manifest.models;
    const twin = {
      ...first,
      id: "twin",
      name: "The twin",
      classes: first.classes.map((c: string) => `${c}!`),
    };
    twin.weights = first.weights.map((one: object) => ({ ...one, file: "twin.safetensors" }));
    await route.fulfill({ json: { ...manifest, models: [...manifest.models, twin] } });
  });
  let release = () => {};
  let held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/models\/twin\.safetensors/, async (route) => {
    await held;
    await route.fulfill({ body: shipped, contentType: "application/octet-stream" }).catch(() => {});
  });
  await open(page, `${cpu}&stop=iterations&n=1`);
  const clean = await recognised(page);
  const panel = page.locator("ciasa-recogniser");
  const network = panel.getByRole("combobox", { name: "Network" });
  const run = page.getByRole("button", { name: "Run attack" });

  await network.selectOption("twin");
  await expect(panel).toContainText("Loading The twin");
  await expect(run).toBeDisabled();
  await panel.getByRole("button", { name: "Cancel" }).click();
  await recognised(page);
  expect(await before(page)).toBe(clean);
  await expect(panel).not.toContainText("The twin is");

  // Chosen again just before its cancelled download ends, it is loaded.
  for (let moments = 0; moments < 12; moments += 1) {
    await network.selectOption("twin");
    await expect(panel).toContainText("Loading The twin");
    await page.evaluate(async (count) => {
      const { settings } = (document.querySelector("ciasa-playground") as unknown as Playground).session;
      settings.set({ model: "" });
      for (let i = 0; i < count; i += 1) await null;
      settings.set({ model: "twin" });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }, moments);
    await expect(panel).toContainText("Loading The twin");
    await panel.getByRole("button", { name: "Cancel" }).click();
    await recognised(page);
  }

  held = Promise.resolve();
  await network.selectOption("twin");
  await expect.poll(() => before(page)).toBe(`${clean}!`);
  expect(new URL(page.url()).hash).toContain("model=twin");
  await attack(page);
  release();
});

test("a clip that no network reads is explained, with the next step", async ({ page }) => {
  // Only the networks for Kinect v1 are served here.
  await page.route(/models\/manifest\.json/, async (route) => {
    const manifest = await (await route.fetch()).json();
    const models = manifest.models.filter((one: { layout: string }) => one.layout === "kinect-v1");
    await route.fulfill({ json: { ...manifest, models } });
  });
  await open(page, cpu);
  await recognised(page);
  const name = "S001C001P001R001A058.skeleton";
  await drop(page, { name, buffer: readFileSync(`tests/fixtures/${name}`) });
  const panel = page.locator("ciasa-recogniser");
  await expect(panel).toContainText("No network here reads clips of NTU RGB+D (Kinect v2), 25 joints");
  await expect(page.locator("ciasa-run-bar")).toContainText("watched but not attacked");
  await expect(page.locator("ciasa-verdict")).toContainText("no network reads it");
  await picture(page, "no-network");
  await panel.getByRole("button", { name: /^Show / }).click();
  await recognised(page);
});

test("published Shift-GCN weights recognise an NTU clip among 60 classes, and it is attacked", async ({
  page,
}) => {
  const file = join(process.env.CIASA_DATA ?? "", "weights/ntu_ShiftGCN_joint_xview.pt");
  test.skip(
    !process.env.CIASA_DATA || !existsSync(file),
    "CIASA_DATA names no directory with the published weights in it",
  );
  await open(page, `${cpu}&stop=iterations&n=3`);
  await painted(page);
  const clip = "S001C001P001R001A058.skeleton";
  await drop(
    page,
    { name: "ntu_ShiftGCN_joint_xview.pt", buffer: readFileSync(file) },
    { name: clip, buffer: readFileSync(`tests/fixtures/${clip}`) },
  );
  await expect(dialog(page)).toContainText(
    "Shift-GCN, NTU RGB+D (Kinect v2), 25 joints, 2 people, 60 classes",
  );
  await expect(dialog(page).getByLabel(/before the network sees it/)).toHaveValue("2s-agcn");
  await expect(dialog(page).getByLabel(/How many frames/)).toHaveValue("300");
  await dialog(page).getByRole("button", { name: "Load" }).click();
  // As `ciasa recognise` answers with the same preprocessing.
  await expect.poll(() => before(page), { timeout: 120_000 }).toBe("point finger");
  await attack(page);
  await picture(page, "shift-gcn");
});

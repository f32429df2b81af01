import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page, type Route, test } from "@playwright/test";
import { cpu, errorsOf, open, painted, picture, recognised, violations } from "./helpers.ts";

const elsewhere = "http://files.test";
const walk = readFileSync("web/public/clips/hdm05-basketball-shoot-1.json");
const allowed = { "Access-Control-Allow-Origin": "*" };

/** Answers requests for another origin. */
async function serve(page: Page, answers: Record<string, Parameters<Route["fulfill"]>[0]>): Promise<void> {
  await page.route(`${elsewhere}/**`, (route) => {
    const answer = answers[new URL(route.request().url()).pathname];
    return answer ? route.fulfill(answer) : route.abort();
  });
}

const notice = (page: Page) => page.locator("ciasa-notice");

test("bad values in a link are named and repaired", async ({ page }) => {
  await open(
    page,
    `${cpu}&n=x&eps=99&clip=none&model=zzz&region=wing&nonsense=1&f=100000&target=class:jumping`,
  );
  await painted(page);
  await recognised(page);
  for (const words of [
    "8 values in this link are not used.",
    "“n=x” is not a whole number from 1 to 5000; 200 is used.",
    "“eps=99” is not a number from 0 to 10; the usual value is used.",
    "“nonsense” is no setting; it is left out.",
    "The gallery has no clip “none”; another one is shown.",
    "There is no network “zzz” here;",
    "has no class “jumping”; the target is the least likely class.",
    "There is no region “wing”",
    "“f=100000” is beyond the clip's last frame;",
  ])
    await expect(notice(page)).toContainText(words);
  for (const bad of ["nonsense", "zzz", "jumping"]) expect(page.url()).not.toContain(bad);
  expect(await violations(page)).toEqual([]);
  await picture(page, "link-repaired");
});

test("a link opens a clip of another origin, and the copied link opens it again at its frame", async ({
  page,
  context,
}) => {
  const errors = errorsOf(page);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await serve(page, { "/walk.json": { body: walk, headers: { ...allowed, "Content-Type": "text/plain" } } });
  await page.goto(`/?clip=${elsewhere}/walk.json#${cpu}&view=side&f=7`);
  await painted(page);
  await expect(page.locator("ciasa-gallery")).toContainText("walk.json");
  await expect(page.locator("ciasa-scrubber output")).toContainText(/· 8\/68$/);
  await page.getByRole("button", { name: "Link", exact: true }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(link.searchParams.get("clip")).toBe(`${elsewhere}/walk.json`);
  expect(Object.fromEntries(new URLSearchParams(link.hash.slice(1)))).toEqual({
    engine: "cpu",
    view: "side",
    f: "7",
  });
  await page.getByRole("button", { name: "Embed code" }).click();
  const html = await page.evaluate(() => navigator.clipboard.readText());
  expect(html).toContain('settings="engine=cpu&amp;view=side&amp;f=7"');
  expect(html).toContain(`clip-url="${elsewhere}/walk.json"`);

  // The embedded element shows the same.
  await page.evaluate((code) => {
    const made = new DOMParser().parseFromString(code, "text/html").querySelector("ciasa-playground");
    document.body.replaceChildren(document.importNode(made as Element, true));
  }, html);
  await painted(page);
  await expect(page.locator("ciasa-gallery")).toContainText("walk.json");
  await expect(page.locator("ciasa-scrubber output")).toContainText(/· 8\/68$/);
  await expect(page.getByRole("button", { name: "Link", exact: true })).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("another clip takes the link's file out of the address, a failed download does not", async ({
  page,
}) => {
  await serve(page, { "/walk.json": { body: walk, headers: allowed } });
  await page.goto(`/?clip=${elsewhere}/none.json#${cpu}`);
  await painted(page);
  await expect(notice(page)).toContainText("The link's clip did not open.");
  expect(new URL(page.url()).searchParams.get("clip")).toBe(`${elsewhere}/none.json`);
  await page.goto(`/?clip=${elsewhere}/walk.json#${cpu}`);
  await painted(page);
  await expect(page.locator("ciasa-gallery")).toContainText("walk.json");
  expect(new URL(page.url()).searchParams.get("clip")).toBe(`${elsewhere}/walk.json`);
  await page.getByRole("button", { name: "Squat 1", exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.has("clip")).toBe(false);
  await page.reload();
  await painted(page);
  await expect(page.getByRole("button", { name: "Squat 1", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
});

test("of many bad values in a link some are named, and the rest are counted", async ({ page }) => {
  const bad = Array.from({ length: 15 }, (_, i) => `wrong${i}=1`).join("&");
  await open(page, `${cpu}&${bad}`);
  await painted(page);
  await expect(notice(page)).toContainText("15 values in this link are not used.");
  await expect(notice(page)).toContainText("“wrong11”");
  await expect(notice(page)).toContainText("And 3 more.");
});

test("the frame of a link holds for its clip only, and a second link has its own", async ({ page }) => {
  await open(page, `${cpu}&clip=synthetic-wave-1&f=7&n=x`);
  await painted(page);
  await recognised(page);
  const shown = page.locator("ciasa-scrubber output");
  await expect(shown).toContainText(/· 8\//);
  await expect(notice(page)).toContainText("One value in this link is not used.");
  await page.getByRole("button", { name: "Squat 1", exact: true }).click();
  await expect(shown).toContainText(/· 1\//);
  // The same clip again, by another link: its frame is shown, and the first link's repairs are gone.
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `${cpu}&clip=synthetic-squat-1&f=5&wrong=1`);
  await expect(shown).toContainText(/· 6\//);
  await expect(notice(page)).toContainText("One value in this link is not used. “wrong” is no setting");
});

/** The camera of the stage, as a link has it; null at the first view. */
const viewpoint = (page: Page) =>
  page.evaluate(() => {
    const { session } = document.querySelector("ciasa-playground") as unknown as {
      session: { easel: { viewpoint(): number[] | null } };
    };
    return session.easel.viewpoint()?.map((one) => Math.round(one * 100) / 100) ?? null;
  });

test("a link takes the turned view along, and a wrong one is named", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, cpu);
  await painted(page);
  await page.locator("canvas.painted").focus();
  for (const key of ["ArrowLeft", "ArrowLeft", "ArrowUp", "+"]) await page.keyboard.press(key);
  const turned = await viewpoint(page);
  expect(turned?.length).toBe(5);
  await page.getByRole("button", { name: "Link", exact: true }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain("look=");
  await page.goto("about:blank");
  await page.goto(link);
  await painted(page);
  expect(await viewpoint(page)).toEqual(turned);
  await picture(page, "link-turned");
  await page.locator("canvas.painted").focus();
  await page.keyboard.press("0");
  expect(await viewpoint(page)).toBeNull();
  // A second link on the same page.
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `${cpu}&look=90,0,2,0,0`);
  await expect.poll(() => viewpoint(page)).toEqual([90, 0, 2, 0, 0]);
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `${cpu}&look=90,0`);
  await expect(notice(page)).toContainText("“look=90,0” is not 5 numbers");
  expect(await viewpoint(page)).toEqual([90, 0, 2, 0, 0]);
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `${cpu}&look=0,0,99,0,0`);
  await expect(notice(page)).toContainText("“look” is beyond where the camera goes");
  expect(await viewpoint(page)).toEqual([0, 0, 8, 0, 0]);
});

test("where both files of a link fail, one notice says so of both", async ({ page }) => {
  let answers: Parameters<typeof serve>[1] = {};
  await page.route(`${elsewhere}/**`, (route) => {
    const answer = answers[new URL(route.request().url()).pathname];
    return answer ? route.fulfill(answer) : route.abort();
  });
  await page.goto(`/?clip=${elsewhere}/none.json&weights=${elsewhere}/none.pt#${cpu}&n=x`);
  await painted(page);
  for (const words of ["The link's clip did not open.", "The link's network did not open.", "“n=x”"])
    await expect(notice(page)).toContainText(words);
  await expect(notice(page).getByRole("button", { name: "Try again" })).toHaveCount(1);
  await picture(page, "link-both-failed");
  answers = { "/none.json": { body: walk, headers: allowed } };
  await notice(page).getByRole("button", { name: "Try again" }).click();
  await expect(page.locator("ciasa-gallery")).toContainText("none.json");
  await expect(notice(page)).toContainText("The link's network did not open.");
  await expect(notice(page)).not.toContainText("The link's clip");
});

test("a link opens a blob of this origin", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const address = await page.evaluate((text) => URL.createObjectURL(new Blob([text])), walk.toString());
  await page.evaluate((url) => {
    const element = Object.assign(document.createElement("ciasa-playground"), {
      clipUrl: url,
      engine: "cpu",
    });
    document.body.replaceChildren(element);
  }, address);
  await painted(page);
  await expect(page.locator("ciasa-gallery")).toContainText("linked file");
});

for (const [name, answer, words] of [
  ["a missing file", { status: 404, headers: allowed }, "does not exist: the server answered 404"],
  [
    "a web page",
    { body: "<html>", headers: { ...allowed, "Content-Type": "text/html" } },
    "is a web page, not a file",
  ],
  ["a web page as text", { body: "<!DOCTYPE html>", headers: allowed }, "is a web page, not a file"],
  ["an empty file", { body: "", headers: allowed }, "is an empty file"],
  ["a file that is too big", { body: Buffer.alloc(67_108_865), headers: allowed }, "is too big: 64.0 MiB"],
] as const) {
  test(`${name} in a link is a clear error, and the gallery is there`, async ({ page }) => {
    await serve(page, { "/file.json": answer });
    await page.goto(`/?clip=${elsewhere}/file.json#${cpu}`);
    await expect(notice(page)).toContainText("The link's clip did not open.");
    await expect(notice(page)).toContainText(words);
    await expect(notice(page).getByRole("button", { name: "Try again" })).toBeVisible();
    await painted(page);
  });
}

test("a server that does not allow other pages to read its file is named", async ({ page }) => {
  const server = createServer((_request, response) => response.end(walk));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await page.goto(`/?clip=http://127.0.0.1:${port}/walk.json#${cpu}`);
  await expect(notice(page)).toContainText("The link's clip did not open.");
  await expect(notice(page)).toContainText(
    /not allow other pages to read .*\(CORS\)|Access-Control-Allow-Origin/,
  );
  await painted(page);
  server.close();
});

test("an address that no page can open is refused by name", async ({ page }) => {
  await page.goto(`/?clip=ftp://files.test/walk.json#${cpu}`);
  await expect(notice(page)).toContainText("links open https:, http: and blob: addresses");
  await painted(page);
});

test("a download shows its progress and can be cancelled by keyboard", async ({ page }) => {
  await page.route(`${elsewhere}/**`, () => {});
  await page.goto(`/?clip=${elsewhere}/slow.json#${cpu}`);
  const bar = page.locator("ciasa-transfer");
  await expect(bar).toContainText("Downloading slow.json from files.test");
  await bar.getByRole("button", { name: "Cancel" }).focus();
  await page.keyboard.press("Enter");
  await expect(bar).toHaveCount(0);
  await painted(page);
  await expect(notice(page)).toHaveCount(0);
});

test("the command and the citations are copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, `${cpu}&clip=synthetic-wave-1&n=7`);
  await painted(page);
  await recognised(page);
  await page.getByRole("button", { name: "Command" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /^ciasa attack \S+\/synthetic-wave-1\.json --model \S+ --config \/dev\/stdin <<'JSON'\n\{.*"iterations":7/,
  );
  await page.getByRole("button", { name: "BibTeX" }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain("@article{liu2022adversarial");
  await page.locator("ciasa-exports").scrollIntoViewIfNeeded();
  await picture(page, "copy-as-390");
  expect(await violations(page)).toEqual([]);
});

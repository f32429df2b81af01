// What the page's process holds on a phone, as `npm run memory` measures it.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "@playwright/test";

test("at the width of a phone the page stays below 400 MB through an attack", () => {
  test.skip(!existsSync("/proc/self/smaps_rollup"), "only Linux says what a process holds");
  const run = (steps: string, most: string) => {
    const command = ["web/scripts/memory.mjs", "--cases", "cpu", "--steps", steps, "--most", most];
    return execFileSync(process.execPath, command, { encoding: "utf8", stdio: "pipe" });
  };
  const printed = run("60", "400");
  expect(printed).toContain("cpu, after 60 steps");
  // The limit is one that can fail.
  expect(() => run("1", "100")).toThrow("are more than 100");
});

// What the page's process holds on a phone, as `npm run memory` measures it.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "@playwright/test";

test("at the width of a phone the page stays below 400 MB through an attack", () => {
  test.skip(!existsSync("/proc/self/smaps_rollup"), "only Linux says what a process holds");
  test.setTimeout(600_000);
  const command = ["web/scripts/memory.mjs", "--cases", "cpu", "--steps", "60", "--quick"];
  const printed = execFileSync(process.execPath, command, { encoding: "utf8" });
  // Resident, and of that its own.
  const own = [...printed.matchAll(/^ *\d+ +(\d+) .* cpu, after/gm)].map(([, megabytes]) =>
    Number(megabytes),
  );
  expect(own).toHaveLength(2);
  for (const megabytes of own) {
    expect(megabytes).toBeGreaterThan(100);
    expect(megabytes).toBeLessThan(400);
  }
});

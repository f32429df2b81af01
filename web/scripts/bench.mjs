// Seconds per attack step in Chromium, for the clip shown first at 64 network frames: CPU backend and WebGPU, one after the
// other on the same page; WebGPU only where steps are asked for, as a software adapter takes many minutes for one. Needs
// dist/ (npm run build). Usage: npm run bench [-- STEPS_ON_CPU STEPS_ON_WEBGPU]
import { spawn } from "node:child_process";
import { chromium as playwright } from "@playwright/test";
import { chromium, root } from "./tools.mjs";

const [cpuSteps = 20, gpuSteps = 0] = process.argv.slice(2).map(Number);
const port = 8124;
const flags = [
  ...["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
  ...["--enable-unsafe-webgpu", "--enable-unsafe-swiftshader"],
];

const server = spawn(process.execPath, ["web/scripts/start.mjs", String(port)], { cwd: root });
await new Promise((resolve) => server.stdout.once("data", resolve));
const browser = await playwright.launch({ executablePath: chromium(), args: flags });
try {
  for (const [engine, steps] of [
    ["cpu", cpuSteps],
    ["webgpu", gpuSteps],
  ]) {
    if (steps > 0) console.log(JSON.stringify(await measure(engine, steps)));
  }
} finally {
  await browser.close();
  server.kill();
}

/** Runs one attack and takes the median time between two reports; the first steps warm up. */
async function measure(engine, steps) {
  const page = await browser.newPage({ reducedMotion: "reduce" });
  page.setDefaultTimeout(1_200_000);
  await page.goto(`http://localhost:${port}/#engine=${engine}&stop=iterations&n=${steps}`);
  await page.getByRole("button", { name: "Run attack" }).and(page.locator(":enabled")).waitFor();
  const name = (await page.locator("ciasa-engine-badge summary").textContent())?.trim();
  const times = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const element = document.querySelector("ciasa-playground");
        const stamps = [performance.now()];
        element.addEventListener("ciasa-report", () => stamps.push(performance.now()));
        element.addEventListener("ciasa-done", () => resolve(stamps));
        element.run();
      }),
  );
  await page.close();
  const gaps = times.slice(1).map((t, i) => (t - times[i]) / 1000);
  const warm = gaps.slice(1).sort((a, b) => a - b);
  const round = (s) => Number(s.toFixed(3));
  return {
    engine: name.trim().replace(/\s+/g, " "),
    steps,
    firstStep: round(gaps[0]),
    medianStep: round(warm[Math.floor(warm.length / 2)] ?? gaps[0]),
    unit: "s",
  };
}

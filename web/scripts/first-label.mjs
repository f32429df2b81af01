// Seconds from the navigation to the first recognised label, on a slow line and a slow computer. dist/ comes
// compressed at a limited rate, and the browser may compute for a part of the time only. Prints the median and the
// range of several visits, each with an empty cache. Not for Windows, which cannot stop a process for a moment.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium as playwright } from "@playwright/test";
import { chromium, chromiumSettings, fail, mediaTypes, root } from "./tools.mjs";

const HELP = `npm run first-label -- [options]
  --device D    auto, cpu or webgpu (cpu)
  --mbit N      the line, in Mbit/s (20)
  --slowdown N  the browser computes for 1/N of the time (4)
  --visits N    visits, each in a new browser (5)
  --dist DIR    a built folder, such as that of another version (dist)`;

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options } = parseArgs({
  options: {
    device: text("cpu"),
    mbit: text("20"),
    slowdown: text("4"),
    visits: text("5"),
    dist: text(join(root, "dist")),
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const dist = resolve(options.dist);
if (!existsSync(join(dist, "index.html"))) fail(`There is no page in ${dist}. Run: npm run build`);
const [mbit, slowdown, visits] = ["mbit", "slowdown", "visits"].map((name) => {
  const value = Number(options[name]);
  if (!(value >= 1)) fail(`--${name}: a number from 1 on`);
  return value;
});
/** Bytes sent so far. */
let sent = 0;
const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname);
  const file = join(dist, path.endsWith("/") ? `${path}index.html` : path);
  if (!file.startsWith(dist) || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  const packed = existsSync(`${file}.br`);
  response.writeHead(200, {
    "Content-Type": mediaTypes[extname(file)] ?? "application/octet-stream",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    ...(packed ? { "Content-Encoding": "br" } : {}),
  });
  const bytes = readFileSync(packed ? `${file}.br` : file);
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const chunk = bytes.subarray(at, at + CHUNK);
    await line(chunk.length);
    response.write(chunk);
  }
  response.end();
});
await new Promise((listening) => server.listen(0, "localhost", listening));
const address = `http://localhost:${server.address().port}/#engine=${options.device}`;

const CHUNK = 8192;
/** When the line is free again. */
let free = 0;
/** Waits until the line has taken that many bytes; all files share it. */
async function line(bytes) {
  sent += bytes;
  const now = performance.now();
  free = Math.max(free, now) + (bytes * 8) / (mbit * 1000);
  // Timers are no finer than a millisecond or two.
  if (free - now > 2) await new Promise((done) => setTimeout(done, free - now));
}

const seconds = [];
for (let visit = 0; visit < visits; visit += 1) {
  sent = 0;
  const taken = await measured();
  seconds.push(taken);
  console.error(`visit ${visit + 1}: ${taken.toFixed(2)} s, ${(sent / 1e6).toFixed(2)} MB`);
}
server.close();
seconds.sort((a, b) => a - b);
const middle = (seconds[(visits - 1) >> 1] + seconds[visits >> 1]) / 2;
console.log(
  `first label after ${middle.toFixed(2)} s (median of ${visits} visits, ${seconds[0].toFixed(2)} to ` +
    `${seconds.at(-1).toFixed(2)}); ${(sent / 1e6).toFixed(2)} MB sent at ${mbit} Mbit/s, ${slowdown} times slower`,
);

/** One visit. The clock runs here, since that of a browser which is stopped now and then is its own. */
async function measured() {
  const browser = await playwright.launch({
    executablePath: chromium() ?? undefined,
    args: [
      ...chromiumSettings().flags.filter((flag) => !flag.startsWith("--headless")),
      "--enable-unsafe-swiftshader",
    ],
  });
  try {
    const page = await browser.newPage();
    const seen = new Promise((done) => page.exposeFunction("labelSeen", done));
    await page.addInitScript(() => {
      const look = () => {
        if (document.querySelector("ciasa-playground")?.session?.before) window.labelSeen();
        else setTimeout(look, 20);
      };
      look();
    });
    const cdp = await browser.newBrowserCDPSession();
    let processes = [];
    const look = async () => {
      const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
      processes = processInfo.filter(({ type }) => type === "renderer" || type === "GPU").map(({ id }) => id);
    };
    await look();
    // A navigation may begin another process.
    const watch = setInterval(() => look().catch(() => {}), 100);
    const release = slowed(() => processes);
    try {
      const start = performance.now();
      await page.goto(address, { waitUntil: "commit" });
      await seen;
      return (performance.now() - start) / 1000;
    } finally {
      clearInterval(watch);
      release();
    }
  } finally {
    await browser.close();
  }
}

/** Lets processes run for one part of the time only; gives a function that ends it. */
function slowed(processes) {
  const send = (signal) => {
    for (const id of processes()) {
      try {
        process.kill(id, signal);
      } catch {
        // It has ended.
      }
    }
  };
  if (slowdown === 1) return () => {};
  const RUN = 10;
  let over = false;
  const run = () => {
    send("SIGCONT");
    if (!over) setTimeout(hold, RUN);
  };
  const hold = () => {
    if (over) return;
    send("SIGSTOP");
    setTimeout(run, RUN * (slowdown - 1));
  };
  hold();
  return () => {
    over = true;
    send("SIGCONT");
  };
}

// The playground's service worker: keeps its files for use without a network, and sends the headers that isolate a
// page where the host cannot (`?isolate`). The build writes FILES: the SHA-256 of each file in the folder. A file is
// kept and answered under its hash only, so code of one version never meets weights or modules of another.
//
// A page registers it by the attribute `service-worker`. `?base=/folder/`: the folder of the element, if this file is a
// copy in another one.

/** SHA-256 by path. */
const FILES = {};
/** Paths that are kept at once; the others, such as networks, when a page asks for them. */
const SHELL = [];

const settings = new URL(self.location.href).searchParams;
const base = new URL(settings.get("base") ?? "./", self.location.href);
const isolates = settings.has("isolate");
/** One cache for all versions: a file that has not changed is not downloaded again. */
const CACHE = `ciasa ${base.pathname}`;
/** Downloads at a time. */
const TOGETHER = 4;

const keyOf = (path) => new URL(`${path}?sha256=${FILES[path]}`, base).href;

/** The path of an address in the folder; null for another address. */
function pathOf(address) {
  const url = new URL(address);
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return null;
  const path = decodeURIComponent(url.pathname.slice(base.pathname.length)) || "index.html";
  return Object.hasOwn(FILES, path) ? path : null;
}

async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The response with the headers of an isolated page, if they are asked for. */
function isolated(response) {
  // A redirect is the browser's to follow.
  if (!isolates || response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "cross-origin");
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/** Keeps a response if it is this version's file. */
async function keep(path, response) {
  if (response.status !== 200) return false;
  const bytes = await response.arrayBuffer();
  if ((await sha256(bytes)) !== FILES[path]) return false;
  const cache = await caches.open(CACHE);
  await cache.put(keyOf(path), new Response(bytes, { headers: response.headers }));
  return true;
}

/** Makes sure that a file is kept; false if the server has another one, or none. */
async function store(path) {
  const cache = await caches.open(CACHE);
  if (await cache.match(keyOf(path))) return true;
  const address = new URL(path, base);
  // What the browser has kept may be of an older version.
  return (
    (await keep(path, await fetch(address))) || (await keep(path, await fetch(address, { cache: "reload" })))
  );
}

/** Stores files a few at a time; gives the paths that failed. */
async function storeAll(paths) {
  const left = [...paths];
  const failed = [];
  const work = async () => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      if (!(await store(path).catch(() => false))) failed.push(path);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
  return failed;
}

async function install() {
  const failed = await storeAll(SHELL);
  // The browser tries again at the next visit.
  if (failed.length > 0) throw new Error(`not stored: ${failed.slice(0, 5).join(", ")}`);
}

/** Removes the files of other versions. */
async function activate() {
  const cache = await caches.open(CACHE);
  const wanted = new Set(Object.keys(FILES).map(keyOf));
  const kept = await cache.keys();
  await Promise.all(kept.filter(({ url }) => !wanted.has(url)).map((request) => cache.delete(request)));
  await self.clients.claim();
}

async function tell(message) {
  for (const client of await self.clients.matchAll({ includeUncontrolled: true }))
    client.postMessage(message);
}

async function answer(path, event) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(keyOf(path));
  if (kept) return isolated(kept);
  const response = await fetch(event.request);
  const copy = response.clone();
  event.waitUntil(
    keep(path, copy).then(async (right) => {
      if (right || response.status !== 200) return;
      // The server has another version. The page checks weights by their hash; here it learns of the update.
      await self.registration.update().catch(() => {});
      await tell({ type: "newer" });
    }),
  );
  return isolated(response);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(base.origin)) return;
  const path = pathOf(request.url);
  if (path !== null) event.respondWith(answer(path, event));
  // A page around the element, and the workers of that page.
  else if (isolates && ["document", "iframe", "worker", "sharedworker"].includes(request.destination))
    event.respondWith(fetch(request).then(isolated));
});

self.addEventListener("message", (event) => {
  const { type, addresses = [] } = event.data ?? {};
  if (type === "activate") event.waitUntil(self.skipWaiting());
  if (type !== "keep") return;
  const paths = addresses.map(pathOf).filter((path) => path !== null);
  event.waitUntil(
    storeAll([...new Set([...SHELL, ...paths])]).then((failed) =>
      event.source?.postMessage({ type: "kept", failed }),
    ),
  );
});

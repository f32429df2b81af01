// The page of the bench: has a worker for each side and passes calls on. web/scripts/bench.mjs controls it.

/** A worker and its open calls. */
class Side {
  #worker;
  #waiting = new Map();
  #calls = 0;

  constructor({ script, module }) {
    this.#worker = new Worker(script, module ? { type: "module" } : {});
    this.#worker.addEventListener("message", ({ data }) => {
      if (data.fatal) return this.#fail(data.fatal);
      const { resolve, reject } = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error === undefined) resolve(data.value);
      else reject(new Error(data.error));
    });
    this.#worker.addEventListener("error", (event) =>
      this.#fail(event.message ?? "its worker did not start"),
    );
  }

  call(name, argument, limit) {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(`no answer for ${limit} s`), limit * 1000);
      const settle = (end) => (value) => {
        clearTimeout(timer);
        end(value);
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#worker.postMessage({ id, name, argument });
    });
  }

  close() {
    this.#fail("it was closed");
  }

  #fail(reason) {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }
}

const sides = new Map();
const side = (name) => sides.get(name);

async function adapter() {
  const found = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!found) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = found.info;
  return { vendor, architecture, device, description, fallback: isFallbackAdapter ?? false };
}

function webgl() {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  const names = gl?.getExtension("WEBGL_debug_renderer_info");
  return names ? gl.getParameter(names.UNMASKED_RENDERER_WEBGL) : null;
}

window.bench = {
  async environment() {
    const found = {
      userAgent: navigator.userAgent,
      cores: navigator.hardwareConcurrency,
      isolated: crossOriginIsolated,
      adapter: await adapter(),
      webgl: webgl(),
    };
    document.querySelector("#environment").textContent = JSON.stringify(found, null, 2);
    return found;
  },

  /** Starts a side; returns its details. */
  open(name, worker, load, limit) {
    sides.set(name, new Side(worker));
    return side(name).call("load", load, limit);
  },

  /** Passes a call on; typed arrays come back as plain arrays, which the driver can read. */
  async call(name, call, argument, limit) {
    const value = await side(name).call(call, argument, limit);
    const plain = (of) => (ArrayBuffer.isView(of) ? Array.from(of) : of);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, plain(of)]));
  },

  close(name) {
    side(name)?.close();
    sides.delete(name);
  },
};

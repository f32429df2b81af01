// Drives Firefox over WebDriver BiDi: JSON messages over a WebSocket (https://w3c.github.io/webdriver-bidi/).
// Playwright runs only its own build of Firefox, and a client of npm would bring fifty packages for these few calls.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firefox } from "../../web/scripts/tools.mjs";
import { startDisplay } from "./display.mjs";

/** Milliseconds for the browser to start and for a call. */
const START = 90_000;
const CALL = 240_000;

/** A Firefox with one tab. */
export class Firefox {
  /** What the page has logged or thrown as an error. */
  errors = [];
  #process;
  #display = null;
  #profile;
  #socket;
  #waiting = new Map();
  #next = 1;
  #context = "";

  /** Can it draw? On Linux, Firefox has WebGL only with a display. */
  get draws() {
    return this.#display !== null || process.platform !== "linux";
  }

  /** Starts a browser with settings of `about:config`. */
  static async start(preferences = {}) {
    const browser = new Firefox();
    try {
      await browser.#launch(preferences);
    } catch (thrown) {
      await browser.close();
      throw thrown;
    }
    return browser;
  }

  async #launch(preferences) {
    this.#profile = mkdtempSync(join(tmpdir(), "ciasa-firefox-"));
    const settings = {
      "app.update.enabled": false,
      "browser.shell.checkDefaultBrowser": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      // WebGL without a graphics card.
      "webgl.force-enabled": true,
      "webgl.disable-fail-if-major-performance-caveat": true,
      "media.autoplay.default": 0,
      // The page plays no clip by itself: drawing in software would take the time of the network.
      "ui.prefersReducedMotion": 1,
      ...preferences,
    };
    const lines = Object.entries(settings).map(
      ([key, value]) => `user_pref("${key}", ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(this.#profile, "user.js"), lines.join(""));
    this.#display = await startDisplay();
    const words = ["--no-remote", "--profile", this.#profile, "--remote-debugging-port", "0", "about:blank"];
    this.#process = spawn(firefox(), this.#display ? words : ["--headless", ...words], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...(this.#display ? { DISPLAY: this.#display.name } : {}) },
    });
    const address = await within(START, "Firefox did not start", this.#listening());
    this.#socket = new WebSocket(`${address}/session`);
    await within(START, "Firefox did not answer", once(this.#socket, "open"));
    this.#socket.addEventListener("message", ({ data }) => this.#heard(JSON.parse(data)));
    await this.call("session.new", { capabilities: {} });
    await this.call("session.subscribe", { events: ["log.entryAdded"] });
    const { contexts } = await this.call("browsingContext.getTree", {});
    this.#context = contexts[0].context;
  }

  /** The address that Firefox prints once it listens. */
  #listening() {
    return new Promise((resolve, reject) => {
      let printed = "";
      this.#process.stderr.setEncoding("utf8").on("data", (text) => {
        printed += text;
        const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(printed);
        if (found) resolve(found[1]);
      });
      this.#process.once("exit", (code) =>
        reject(new Error(`Firefox ended with ${code}:\n${printed.slice(-2000)}`)),
      );
      this.#process.once("error", reject);
    });
  }

  #heard(message) {
    if (message.method === "log.entryAdded" && message.params.level === "error")
      this.errors.push(message.params.text ?? String(message.params));
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    if (message.type === "error") waiting.reject(new Error(`${message.error}: ${message.message}`));
    else waiting.resolve(message.result);
  }

  /** A command of the protocol; gives its result. */
  call(method, params) {
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return within(CALL, `${method} did not end`, answer);
  }

  async open(url) {
    await this.call("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  async size(width, height) {
    await this.call("browsingContext.setViewport", { context: this.#context, viewport: { width, height } });
  }

  /** Runs a function in the page with these arguments; both they and the result are JSON. */
  async run(made, ...values) {
    const { result, exceptionDetails } = await this.call("script.callFunction", {
      functionDeclaration: `async (text) => JSON.stringify((await (${made})(...JSON.parse(text))) ?? null)`,
      arguments: [{ type: "string", value: JSON.stringify(values) }],
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return JSON.parse(result.value);
  }

  /** Runs a function in the page until it gives something; gives that. */
  async until(made, ...values) {
    const end = Date.now() + CALL;
    for (;;) {
      const found = await this.run(made, ...values);
      if (found) return found;
      if (Date.now() > end) throw new Error(`this did not come true: ${made}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** Presses keys one after the other; names as WebDriver's key codes, such as "\uE004" for Tab. */
  async press(...keys) {
    const actions = keys.flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
    const source = { type: "key", id: "keyboard", actions };
    await this.call("input.performActions", { context: this.#context, actions: [source] });
  }

  /** A PNG of what is visible. */
  async picture() {
    const { data } = await this.call("browsingContext.captureScreenshot", { context: this.#context });
    return Buffer.from(data, "base64");
  }

  async close() {
    this.#socket?.close();
    if (this.#process && this.#process.exitCode === null) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.kill();
      await within(10_000, "Firefox did not end", ended).catch(() => this.#process.kill("SIGKILL"));
    }
    this.#display?.stop();
    if (this.#profile) rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const once = (target, name) =>
  new Promise((resolve, reject) => {
    target.addEventListener(name, resolve, { once: true });
    target.addEventListener("error", () => reject(new Error("the connection failed")), { once: true });
  });

/** The promise's result, or an error after so many milliseconds. */
function within(milliseconds, words, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${words} within ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

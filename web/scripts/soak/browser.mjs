// A Chromium without any instruments but those that are asked for. Test runners watch the network of each page and
// worker, and the browser keeps what they may want to see: up to 100 MB of responses for each.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Browser {
  #process;
  #folder = mkdtempSync(join(tmpdir(), "ciasa-soak-"));
  #last = 0;
  #waiting = new Map();
  #listeners = new Map();

  /** Starts `executable`, headless, with more `flags`; commands go through a pipe. */
  constructor(executable, flags) {
    const own = ["--headless=new", "--remote-debugging-pipe", `--user-data-dir=${this.#folder}`];
    this.#process = spawn(executable, [...own, ...flags, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    let text = "";
    this.#process.stdio[4].setEncoding("utf8").on("data", (more) => {
      const messages = (text + more).split("\0");
      text = messages.pop();
      for (const message of messages) this.#receive(JSON.parse(message));
    });
    this.#process.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the browser has ended"));
      this.#waiting.clear();
    });
  }

  /** A command of the DevTools protocol, to a page with `session`. */
  send(method, params = {}, session = undefined) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method, session });
      this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
    });
  }

  /** Calls `listener` with the parameters of each event `method`. */
  on(method, listener) {
    this.#listeners.set(method, listener);
  }

  /** Opens a page; gives its session. `prepare` is called with it before the page loads. */
  async open(address, prepare = async () => {}) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    await this.send("Runtime.enable", {}, sessionId);
    await prepare(sessionId);
    await this.send("Page.navigate", { url: address }, sessionId);
    return sessionId;
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    // A browser that is killed leaves processes behind, which still write into its folder.
    await this.send("Browser.close").catch(() => this.#process.kill());
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }

  /** What a worker was asked for when it ended is never answered. */
  #ended(session) {
    for (const [id, call] of this.#waiting) {
      if (call.session !== session) continue;
      this.#waiting.delete(id);
      call.reject(new Error(`${call.method}: its target has ended`));
    }
  }

  #receive({ id, method, params, result, error }) {
    if (id === undefined) {
      this.#listeners.get(method)?.(params);
      if (method === "Target.detachedFromTarget") this.#ended(params.sessionId);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(`${waiting.method}: ${error.message}`));
    else waiting?.resolve(result);
  }
}

// A built folder behind a slow line: all files share its bits per second.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { mediaTypes } from "../tools.mjs";

const CHUNK = 8192;

/** Serves a folder, compressed where the build has done that, at so many Mbit/s. Gives its address. */
export class Line {
  /** Of each request since `begin`: path, bytes, and when it came and was answered, in ms since 1970. */
  requests = [];
  #dist;
  #mbit;
  #server;
  /** When the line is free again. */
  #free = 0;
  /** Files under way. */
  #busy = 0;

  constructor(dist, mbit) {
    this.#dist = dist;
    this.#mbit = mbit;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Listens; gives the address. */
  async open() {
    await new Promise((listening) => this.#server.listen(0, "localhost", listening));
    return `http://localhost:${this.#server.address().port}/`;
  }

  /** Forgets the requests so far. */
  begin() {
    this.requests = [];
  }

  /** Bytes sent since `begin`. */
  get sent() {
    return this.requests.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  close() {
    this.#server.close();
  }

  async #answer(request, response) {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname);
    const file = join(this.#dist, path.endsWith("/") ? `${path}index.html` : path);
    if (!file.startsWith(this.#dist) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const record = { path, bytes: 0, from: Date.now(), to: Number.NaN };
    this.requests.push(record);
    const packed = existsSync(`${file}.br`);
    response.writeHead(200, {
      "Content-Type": mediaTypes[extname(file)] ?? "application/octet-stream",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
      ...(packed ? { "Content-Encoding": "br" } : {}),
    });
    const bytes = readFileSync(packed ? `${file}.br` : file);
    if (this.#busy === 0) this.#free = performance.now();
    this.#busy += 1;
    for (let at = 0; at < bytes.length && !response.destroyed; at += CHUNK) {
      const chunk = bytes.subarray(at, at + CHUNK);
      await this.#wait(chunk.length);
      record.bytes += chunk.length;
      response.write(chunk);
    }
    this.#busy -= 1;
    record.to = Date.now();
    response.end();
  }

  /** Waits until the line has taken that many bytes. Time that a late timer has lost is made up for. */
  async #wait(bytes) {
    this.#free += (bytes * 8) / (this.#mbit * 1000);
    const left = this.#free - performance.now();
    // Timers are no finer than a millisecond or two.
    if (left > 2) await new Promise((done) => setTimeout(done, left));
  }
}

import type { Progress } from "../base/early.ts";
import { Failure } from "../base/failure.ts";
import { setAddress } from "../base/origin.ts";
import { MAX_WEIGHT_BYTES } from "../core/limits.ts";
import { announced, cancelled, count } from "../engine/download.ts";

/** Most bytes of a file that a link opens. */
const MOST = MAX_WEIGHT_BYTES;
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/**
 * The full address of a file in a link; relative ones are taken from the page's. Throws a `Failure` for an address that
 * a page cannot download.
 */
export function fileAddress(written: string, base: string): URL {
  const fail = (why: string) => new Failure("io", `“${written.slice(0, 120)}” ${why}`);
  let address: URL;
  try {
    address = new URL(written, base);
  } catch {
    throw fail("is not an address. Write it in full, such as https://example.org/walk.json.");
  }
  if (!["http:", "https:", "blob:"].includes(address.protocol))
    throw fail("cannot be opened: links open https:, http: and blob: addresses.");
  if (address.protocol === "http:" && base.startsWith("https:") && !isLocal(address))
    throw fail("is an http: address, and browsers block those on an https: page. Use an https: address.");
  return address;
}

const isLocal = ({ hostname }: URL) => hostname === "localhost" || hostname === "127.0.0.1";

/**
 * Downloads a file from any origin that allows it. Throws a `Failure` that says what is wrong: no permission (CORS), no
 * such file, too big, a web page in place of a file. No cookies are sent.
 */
export async function fetchFile(address: URL, progress: Progress, signal: AbortSignal): Promise<File> {
  const response = await answer(address, signal);
  if (!response.ok) throw new Failure("io", refusal(address, response.status));
  const total = announced(response);
  if (total > MOST) throw tooBig(address, total);
  if (/^text\/html/i.test(response.headers.get("Content-Type") ?? "")) throw webPage(address);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  try {
    await count(response, total, progress, (chunk) => {
      loaded += chunk.length;
      if (loaded > MOST) throw tooBig(address, loaded);
      chunks.push(chunk);
    });
  } catch (thrown) {
    if (signal.aborted) throw cancelled;
    if (thrown instanceof Failure) throw thrown;
    throw new Failure(
      "network",
      `${address.href}: the download broke off. Check the connection and try again.`,
    );
  }
  if (loaded === 0) throw new Failure("io", `${address.href} is an empty file.`);
  const file = new File(chunks, nameOf(address));
  const head = await file.slice(0, 200).text();
  if (/^\s*(<!doctype html|<html)/i.test(head)) throw webPage(address);
  setAddress(file, address.href);
  return file;
}

async function answer(address: URL, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { signal, credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    if (signal.aborted) throw cancelled;
    if (address.protocol === "blob:")
      throw new Failure("io", "This blob: address is no longer valid. It ends with the page that made it.");
    // A browser does not say why a request failed. Without CORS it lets a request through, but hides the answer.
    const there = await fetch(address, { mode: "no-cors", credentials: "omit", signal }).catch(() => null);
    if (there)
      throw new Failure(
        "io",
        `${address.host} does not allow other pages to read ${nameOf(address)}: it has to send the header ` +
          "Access-Control-Allow-Origin (CORS). Or download the file and drop it on this page.",
      );
    throw new Failure(
      "network",
      `${address.host} could not be reached, or does not allow other pages to read the file (CORS). Check the ` +
        "address and the connection, or download the file and drop it on this page.",
    );
  }
}

function refusal(address: URL, status: number): string {
  if (status === 404 || status === 410)
    return `${address.href} does not exist: the server answered ${status}. Check the address.`;
  if (status === 401 || status === 403)
    return `${address.href} is not public: the server answered ${status}. Use an address that needs no login.`;
  return `${address.href}: the server answered ${status}. Try again later.`;
}

const tooBig = (address: URL, bytes: number) =>
  new Failure(
    "io",
    `${nameOf(address)} is too big: ${megabytes(bytes)}; a link opens at most ${megabytes(MOST)}.`,
  );

const webPage = (address: URL) =>
  new Failure(
    "io",
    `${address.href} is a web page, not a file. Use the address of the file itself; on GitHub that is the one ` +
      "behind the button “Raw”.",
  );

/** The last part of an address, as a file name. */
export function nameOf(address: URL): string {
  const last = address.protocol === "blob:" ? "" : (address.pathname.split("/").at(-1) ?? "");
  try {
    return decodeURIComponent(last).slice(0, 120) || "linked file";
  } catch {
    return last.slice(0, 120);
  }
}

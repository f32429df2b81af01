// A display without a screen. Headless Firefox on Linux has no WebGL: it asks a display for OpenGL, also in software.
import { spawn } from "node:child_process";
import { which } from "../../web/scripts/tools.mjs";

/** Milliseconds for the display to start. */
const START = 30_000;

/** Starts Xvfb. Gives its name for DISPLAY and a function that ends it; null if it is not installed. */
export async function startDisplay() {
  const program = which("Xvfb");
  if (!program) return null;
  // It chooses a free number and writes it to the third stream.
  const words = ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp", "-noreset"];
  const server = spawn(program, words, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const stop = () => server.kill();
  const number = await new Promise((resolve) => {
    let written = "";
    const timer = setTimeout(() => resolve(null), START);
    const end = (found) => {
      clearTimeout(timer);
      resolve(found);
    };
    server.stdio[3].setEncoding("utf8").on("data", (text) => {
      written += text;
      if (written.endsWith("\n")) end(written.trim());
    });
    server.once("exit", () => end(null));
    server.once("error", () => end(null));
  });
  if (number !== null) return { name: `:${number}`, stop };
  stop();
  return null;
}

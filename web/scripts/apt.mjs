// Debian packages, where apt and the right to use it are there.
import { spawnSync } from "node:child_process";
import { run, which } from "./tools.mjs";

/** Installs packages; shows what apt prints only if it fails. Gives null, or the reason why it did not succeed. */
export function apt(packages) {
  const byHand = `sudo apt-get install ${packages.join(" ")}`;
  if (!which("apt-get")) return "there is no apt-get on this machine";
  const isRoot = process.getuid?.() === 0;
  // Without a terminal nobody can type a password.
  const maySudo = which("sudo") && (process.stdin.isTTY || run("sudo", ["-n", "true"], { stdio: "ignore" }));
  if (!isRoot && !maySudo) return `only root may do that; run: ${byHand}`;
  const options = ["-qq", "-o=Dpkg::Use-Pty=0"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const words of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const [program, ...args] = [...(isRoot ? [] : ["sudo"]), "apt-get", ...options, ...words];
    const stdio = ["inherit", "pipe", "pipe"];
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8", stdio });
    if (status === 0) continue;
    console.error(`${stdout ?? ""}${stderr ?? ""}`.trim());
    return `apt-get ${words[0]} failed, see above`;
  }
  return null;
}

// Finds a Python with torch and torchvision, or sets one up, for tests of what PyTorch makes of a trial. Runs nothing in it.
import { execFileSync, spawnSync } from "node:child_process";

/** Debian's own first: another one earlier on the PATH does not see the packages of apt. */
const PYTHONS = ["/usr/bin/python3", "python3", "python"];
const ASK = "import importlib.util as u, sys; sys.exit(not all(u.find_spec(name) for name in ('torch', 'torchvision')))";

/** @returns {string | null} */
export function findTorch() {
  return PYTHONS.find((python) => spawnSync(python, ["-c", ASK], { stdio: "ignore" }).status === 0) ?? null;
}

/** Installs Debian's packages where none is found and apt can, as root. Never fatal: without them the tests say that they are skipped. */
export function ensureTorch() {
  if (findTorch() || process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0) return;
  console.log("No Python with torch and torchvision found: setting one up.");
  const options = { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  try {
    execFileSync("apt-get", ["update", "-qq"], options);
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "python3-torch", "python3-torchvision"], options);
  } catch (error) {
    console.log(`torch was not set up: ${error.message.split("\n")[0]}`);
  }
}

// Unpacks Mesa's software Vulkan driver (lavapipe) into .cache/lavapipe where Debian offers one that Dawn accepts (Mesa 25).
// As root it first installs what any Vulkan driver needs (the loader, LLVM), by the machine's own older one. Never fatal: without it
// `vulkan.ts` goes on to the next driver.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const target = resolve(".cache/lavapipe");

/** Runs a program quietly; throws with its standard error. */
function run(program, args, cwd) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return execFileSync(program, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The release that carries Mesa 25, at the address this machine's own apt sources name. */
function findSource() {
  const release = readFileSync("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  if (!/^ID=debian/m.test(release) || !codename) throw new Error("this is not Debian");
  const listed = run("apt-get", ["indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Identifier: Packages"]);
  const address = listed
    .split("\n")
    .map((line) => line.split(" "))
    .find(([, suite, component]) => suite === codename && component === "main")?.[0];
  if (!address) throw new Error(`no apt source for ${codename} main`);
  return `deb ${address} ${codename === "bookworm" ? "bookworm-backports" : codename} main`;
}

/** Debian's own Mesa brings the Vulkan loader and the libraries that the newer one needs too. */
function installLibraries() {
  if (process.getuid?.() !== 0 || run("ldconfig", ["-p"]).includes("libvulkan.so.1")) return;
  run("apt-get", ["update", "-qq"]);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "mesa-vulkan-drivers"]);
}

function unpack() {
  const work = `${target}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  const apt = join(work, "apt");
  // apt wants its folders made for it, and its sandbox user cannot read a private one.
  for (const folder of ["lists/partial", "cache/archives/partial", "parts"]) mkdirSync(join(apt, folder), { recursive: true });
  writeFileSync(join(apt, "sources.list"), `${findSource()}\n`);
  const options = Object.entries({
    "Dir::Etc::sourcelist": join(apt, "sources.list"),
    "Dir::Etc::sourceparts": join(apt, "parts"),
    "Dir::State::lists": join(apt, "lists"),
    "Dir::Cache": join(apt, "cache"),
    "APT::Sandbox::User": "root",
  }).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  try {
    run("apt-get", [...options, "update"]);
    run("apt-get", [...options, "download", "mesa-vulkan-drivers"], apt);
    const archive = readdirSync(apt).find((name) => name.endsWith(".deb")) ?? "";
    run("dpkg", ["-x", join(apt, archive), work]);
    const library = readdirSync(work, { recursive: true }).find((path) => path.endsWith("libvulkan_lvp.so"));
    if (!library) throw new Error("the package holds no libvulkan_lvp.so");
    const icd = { file_format_version: "1.0.0", ICD: { api_version: "1.3.0", library_path: `./${library}` } };
    writeFileSync(join(work, "lvp_icd.json"), JSON.stringify(icd));
    rmSync(apt, { recursive: true });
    // Another process may have been quicker; either result serves.
    if (!existsSync(target)) renameSync(work, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.platform === "linux" && !existsSync(join(target, "lvp_icd.json"))) {
  try {
    installLibraries();
    unpack();
    console.log("lavapipe is in .cache/lavapipe");
  } catch (error) {
    console.log(`lavapipe was not set up: ${error.message.split("\n").slice(0, 2).join(" ")}`);
  }
}

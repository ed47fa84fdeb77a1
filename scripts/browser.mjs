// Finds a Chromium with WebGPU, or sets one up; and starts it so that WebGPU works without a GPU too. Drives nothing.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const KNOWN = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

function onPath(name) {
  try {
    return execFileSync(process.platform === "win32" ? "where" : "which", [name], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    })
      .split(/\r?\n/)[0]
      .trim();
  } catch {
    return "";
  }
}

/** Path of a Chromium or Chrome, CHROMIUM_PATH first; null where there is none. */
export function findBrowser() {
  const candidates = [
    process.env.CHROMIUM_PATH,
    ...["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].map(onPath),
    ...KNOWN,
    chromium.executablePath(),
  ];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** As `findBrowser`, but installs one where there is none: by apt on Debian as root, else Playwright's own. */
export function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  console.error("No Chromium found: setting one up.");
  if (process.getuid?.() === 0 && onPath("apt-get")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    execFileSync("apt-get", ["update", "-qq"], { stdio: ["ignore", "ignore", "inherit"], env });
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], {
      stdio: ["ignore", "ignore", "inherit"],
      env,
    });
  } else {
    execFileSync("npx", ["playwright", "install", "chromium"], {
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
  }
  const installed = findBrowser();
  if (!installed) throw new Error("No Chromium could be set up. Install Chrome or Chromium, or name one in CHROMIUM_PATH.");
  return installed;
}

const QUIET = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A run goes on at full speed where nobody looks at the page.
  "--disable-renderer-backgrounding",
  "--disable-background-timer-throttling",
];

/** Arguments for Chromium. ROENTGEN_ADAPTER=swiftshader forces the bundled software adapter; `gpu` takes the machine's own. */
export function browserArgs(adapter = process.env.ROENTGEN_ADAPTER) {
  const args = [...QUIET];
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  if (adapter !== "gpu") args.push("--use-webgpu-adapter=swiftshader");
  return args;
}

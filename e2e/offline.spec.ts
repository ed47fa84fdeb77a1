// The built folder on a host that knows nothing of it, in a folder below others: without a network after the first visit, and updated.
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { test as base, type Page } from "@playwright/test";
import { acceptAdapter } from "../scripts/driveLab";
import { writeServiceWorker } from "../scripts/serviceWorker";
import { button, openTab, trainWorker, waitForSteps } from "./runSupport";
import { collectEvents, expect, fill, goToStep, prepareDrawnFilms, waitForEvents } from "./support";

const BUILT = "dist";
const FOLDER = "/some/sub/path/";
const OTHER_FOLDER = "/another/";
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** As plain as hosts come: a file's bytes and type, a folder's index.html, and the way to a folder without its slash. */
class Host {
  /** What was asked for. */
  readonly asked: string[] = [];
  /** The built folder that it serves. */
  root: string;
  port = 0;
  #server: Server | null = null;

  constructor(root: string) {
    this.root = root;
  }

  get lab(): string {
    return `http://localhost:${this.port}${FOLDER}`;
  }

  async start(): Promise<void> {
    const server = createServer(({ url = "" }, response) => {
      const { pathname } = new URL(url, this.lab);
      this.asked.push(pathname);
      if (pathname === FOLDER.slice(0, -1)) return response.writeHead(301, { Location: FOLDER }).end();
      const folder = [FOLDER, OTHER_FOLDER].find((one) => pathname.startsWith(one)) ?? "";
      const path = join(this.root, pathname.slice(folder.length) || "index.html");
      const isThere = folder && statSync(path, { throwIfNoEntry: false })?.isFile();
      if (!isThere) return response.writeHead(404).end();
      response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" }).end(readFileSync(path));
    });
    await new Promise<void>((resolve) => server.listen(this.port, resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  }
}

const listFiles = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(directory, path)).isFile());

const TEXT = /\.(html|js|css|json)$/;

/** Another version: none of its scripts and styles has the name that it had, and the page says which it is. */
async function makeNext(from: string, to: string): Promise<void> {
  cpSync(from, to, { recursive: true });
  const names = readdirSync(join(to, "assets"));
  for (const name of names) renameSync(join(to, "assets", name), join(to, "assets", `next-${name}`));
  for (const path of listFiles(to).filter((file) => TEXT.test(file))) {
    const text = names.reduce((all, name) => all.replaceAll(name, `next-${name}`), readFileSync(join(to, path), "utf8"));
    writeFileSync(join(to, path), text.replace("<html ", '<html data-version="next" '));
  }
  await writeServiceWorker(to);
}

const test = base.extend<{ host: Host }>({
  host: async ({ page }, use) => {
    const folder = mkdtempSync(join(tmpdir(), "host-"));
    cpSync(BUILT, join(folder, "first"), { recursive: true });
    await makeNext(BUILT, join(folder, "next"));
    const host = new Host(join(folder, "first"));
    await host.start();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await collectEvents(page);
    await use(host);
    await host.stop();
    rmSync(folder, { recursive: true });
    expect(errors, "errors the page threw").toEqual([]);
  },
});

const sign = (page: Page) => page.getByRole("contentinfo");
const version = (page: Page) => page.locator("html").getAttribute("data-version");
const keptVersions = (page: Page) => page.evaluate(() => caches.keys());

/** Why the browser would not install the lab as an app; that the test's own profile is a private one is no reason of the lab's. */
async function listHindrances(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  await session.detach();
  return installabilityErrors.map(({ errorId }) => errorId).filter((error) => error !== "in-incognito");
}

/** What the page's training worker gets of an address: its status, or `refused`. */
const fetchInWorker = (page: Page, address: string) =>
  trainWorker(page).evaluate(
    (url) =>
      fetch(url, { mode: new URL(url, location.href).origin === location.origin ? "same-origin" : "no-cors" }).then(
        ({ status }) => status,
        () => "refused",
      ),
    address,
  );

test("the lab in a folder of a plain host works without a network after one visit, and is updated when nothing is under way", async ({
  page,
  context,
  host,
}) => {
  await page.goto(host.lab.slice(0, -1));
  expect(await listHindrances(page), "the browser can install it").toEqual([]);
  await acceptAdapter(page);
  await expect(sign(page)).toContainText("Works offline");
  expect(page.url()).toBe(host.lab);
  const lazy = listFiles(host.root).find((path) => path.includes("tiff-")) ?? "";

  await host.stop();
  await context.setOffline(true);
  // What comes late in a first visit is there too.
  expect(await fetchInWorker(page, host.lab + lazy)).toBe(200);
  for (const address of [host.lab, `${host.lab}index.html`]) {
    await page.goto(address);
    await acceptAdapter(page);
  }
  await prepareDrawnFilms(page, 32);
  await goToStep(page, "LR Find");
  await page.getByLabel("Architecture", { exact: true }).selectOption("densenet-mini");
  await fill(page, "Epochs", 1);
  await goToStep(page, "Train");
  await button(page, "Train").click();
  await waitForEvents(page, "trained");
  await fill(page, "Epochs", 100);
  await button(page, "Train").click();
  await waitForSteps(page, 2);
  await button(page, "Pause").click();

  host.root = join(host.root, "../next");
  await host.start();
  await context.setOffline(false);
  const second = await openTab(context);
  await second.goto(host.lab);
  await second.evaluate(async () => (await navigator.serviceWorker.ready).update());
  for (const tab of [page, second]) {
    await expect(sign(tab)).toContainText("An update waits");
    await expect(sign(tab).getByRole("button")).toHaveCount(0);
    expect(await version(tab)).toBeNull();
  }
  // The host has none of this version's files any more.
  expect(await fetchInWorker(page, host.lab + lazy)).toBe(200);
  expect(host.asked.at(-1)).not.toContain(lazy);

  await button(page, "Stop").click();
  await waitForEvents(page, "stopped");
  await expect(sign(second)).toContainText("An update waits");
  await button(page, "Reload to update").click();
  for (const tab of [page, second]) await expect.poll(() => version(tab)).toBe("next");
  await expect(sign(page)).toContainText("Works offline");
  expect(await keptVersions(page)).toHaveLength(1);
  // Another folder of the host is another lab to the service worker, and the same to all that is kept.
  await second.goto(new URL(OTHER_FOLDER, host.lab).href);
  await expect(second.getByRole("main")).toContainText("This tab looks on");
  await expect(sign(second)).toContainText("Works offline");
  expect(await keptVersions(page)).toHaveLength(2);
  await second.close();
  await goToStep(page, "Trials");
  await expect(page.getByRole("main")).toContainText("2 trials, kept on this machine");

  // The host sends no policy: the service worker does.
  expect(await fetchInWorker(page, `http://127.0.0.1:${host.port}/taken`)).toBe("refused");
  expect(host.asked).not.toContain("/taken");
  // Nor does it come between the one frame that may connect and what that asks for.
  await goToStep(page, "LR Find");
  await page.getByText("From a URL").click();
  await page.getByLabel("Address of the weights").fill(`http://127.0.0.1:${host.port}/weights.pth`);
  await button(page, "Load").click();
  await expect(page.getByRole("alert")).toContainText("does not let pages read its files");
  expect(host.asked.slice(-2)).toEqual(["/weights.pth", "/weights.pth"]);
});

test("the built folder names none of its files from the host's root", async () => {
  const files = listFiles(BUILT);
  const roots = new Set(files.map((path) => path.split("/")[0]));
  const absolute = files
    .filter((path) => TEXT.test(path))
    .flatMap((path) => Array.from(readFileSync(join(BUILT, path), "utf8").matchAll(/["'`(]\/([\w.-]+)/g), ([, name]) => name));
  expect(absolute.filter((name) => roots.has(name ?? ""))).toEqual([]);
});

import { beforeEach, expect, it } from "vitest";
import { type Build, createBuiltFiles } from "./builtFiles";

const FOLDER = "https://host.example/some/lab/";
const BUILD: Build = {
  version: "v2",
  files: { "": "sha256-page", "assets/a.js": "sha256-a", "frame.html": "sha256-frame" },
  policies: { "": "default-src 'self'", "frame.html": "default-src 'none'" },
};

/** What the browser keeps, by cache and address. */
let kept: Map<string, Map<string, Response>>;
/** Every address that was asked for, and how. */
let asked: [string, RequestInit | undefined][];
let answer: (address: string) => Promise<Response>;
/** What the browser says in place of what it kept. */
let readError: DOMException | null;

beforeEach(() => {
  readError = null;
  kept = new Map();
  asked = [];
  answer = async (address) => new Response(`of ${address}`, { headers: { "Content-Security-Policy": "script-src host" } });
});

const caches = {
  has: async (name: string) => kept.has(name),
  keys: async () => [...kept.keys()],
  delete: async (name: string) => kept.delete(name),
  open: async (name: string) => {
    const entries = kept.get(name) ?? new Map<string, Response>();
    kept.set(name, entries);
    return { put: async (address: string, response: Response) => void entries.set(address, response) };
  },
  match: async (address: string, { cacheName }: { cacheName: string }) => {
    if (readError) throw readError;
    return kept.get(cacheName)?.get(address)?.clone();
  },
} as unknown as CacheStorage;

const createFiles = (build = BUILD, folder = FOLDER) =>
  createBuiltFiles(build, folder, {
    caches,
    fetch: (address, init) => {
      asked.push([String(address), init]);
      return answer(String(address));
    },
  });

const find = async (url: string, method = "GET") => (await createFiles().find({ method, url }))?.text();

it("asks the lab's own folder for each file by its hash, past the browser's cache, and keeps it with the policies", async () => {
  await createFiles().keep();
  expect(asked).toEqual([
    [FOLDER, { integrity: "sha256-page", cache: "no-cache" }],
    [`${FOLDER}assets/a.js`, { integrity: "sha256-a", cache: "no-cache" }],
    [`${FOLDER}frame.html`, { integrity: "sha256-frame", cache: "no-cache" }],
  ]);
  const policyOf = async (path: string) =>
    (await createFiles().find({ method: "GET", url: FOLDER + path }))?.headers.get("Content-Security-Policy");
  expect(await policyOf("assets/a.js")).toBe("script-src host, default-src 'self'");
  expect(await policyOf("frame.html")).toBe("script-src host, default-src 'none'");
  expect(asked, "not asked again").toHaveLength(3);
});

it.each<[string, (address: string) => Promise<Response>]>([
  ["is missing", async (address) => new Response("", { status: address.endsWith("a.js") ? 404 : 200 })],
  ["is not the build's", (address) => (address.endsWith("a.js") ? Promise.reject(new TypeError("integrity")) : answer(address))],
])("keeps nothing where a file %s", async (_, faulty) => {
  const sound = answer;
  answer = (address) => (address.endsWith("a.js") ? faulty(address) : sound(address));
  await expect(createFiles().keep()).rejects.toThrow();
  expect(kept.size).toBe(0);
});

it("leaves a version that is in use whole where it cannot be fetched again", async () => {
  await createFiles().keep();
  answer = () => Promise.reject(new TypeError("no network"));
  await expect(createFiles().keep()).rejects.toThrow("no network");
  expect(await find(`${FOLDER}assets/a.js`)).toBe(`of ${FOLDER}assets/a.js`);
});

it("finds the page under each of its addresses, and what a redirection led to as if there had been none", async () => {
  answer = async (address) => Object.defineProperty(new Response(`of ${address}`), "redirected", { value: true });
  await createFiles().keep();
  for (const address of ["", "index.html", "?source=home", "#train"]) expect(await find(FOLDER + address)).toBe(`of ${FOLDER}`);
  expect((await createFiles().find({ method: "GET", url: FOLDER }))?.redirected).toBe(false);
});

it("keeps what the host says to vary with everything, which a cache would refuse", async () => {
  answer = async (address) => new Response(`of ${address}`, { headers: { Vary: "*" } });
  await createFiles().keep();
  expect((await createFiles().find({ method: "GET", url: FOLDER }))?.headers.has("Vary")).toBe(false);
});

it("answers nothing but for its files", async () => {
  await createFiles().keep();
  for (const address of [
    "https://host.example/some/other/assets/a.js",
    "https://host.example/assets/a.js",
    "https://elsewhere.example/some/lab/assets/a.js",
    `${FOLDER}assets/b.js`,
    `${FOLDER}constructor`,
  ])
    expect(createFiles().find({ method: "GET", url: address }), address).toBeNull();
  expect(createFiles().find({ method: "POST", url: FOLDER })).toBeNull();
});

it("asks the host for a file of its own that the browser has cleared away, or cannot read any more", async () => {
  expect(await find(`${FOLDER}assets/a.js`)).toBe(`of ${FOLDER}assets/a.js`);
  readError = new DOMException("Unexpected internal error", "UnknownError");
  expect(await find(`${FOLDER}assets/a.js`)).toBe(`of ${FOLDER}assets/a.js`);
});

it("forgets other versions in its folder, and nothing else", async () => {
  await createFiles({ ...BUILD, version: "v1" }).keep();
  await createFiles({ ...BUILD, version: "v1" }, `${FOLDER}nested/`).keep();
  await createFiles().keep();
  kept.set("of another page", new Map());
  await createFiles().forgetOthers();
  expect([...kept.keys()]).toEqual([`roentgen-lab ${FOLDER}nested/ v1`, `roentgen-lab ${FOLDER} v2`, "of another page"]);
});

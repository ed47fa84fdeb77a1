// The files of one build of the lab, kept in the browser's cache: all of them, each checked, or none. When they are kept, served and
// forgotten is workers/offline.worker.ts's to decide.

/** What a build consists of; paths are from the lab's folder, "" is the page itself. */
export interface Build {
  /** Another for every other content. */
  version: string;
  /** SHA-256 of each file, as `integrity` has it. */
  files: Record<string, string>;
  /** Content security policy of each file; under "" of all that have none of their own. */
  policies: Record<string, string>;
}

export interface BuiltFiles {
  /** Fetches all files anew. Rejects, and keeps nothing, where one is missing or is another than the build's. */
  keep(): Promise<void>;
  /** The kept answer to a request, or null where it asks for none of the files: nothing else is answered, and nothing else kept. */
  find(request: Pick<Request, "method" | "url">): Promise<Response> | null;
  /** Other versions of the lab in this folder go; a lab in another folder of the same host stays as it is. */
  forgetOthers(): Promise<void>;
}

const PAGE = "index.html";

/** @param folder address of the lab's folder, with a slash at its end */
export function createBuiltFiles(
  { version, files, policies }: Build,
  folder: string,
  { caches, fetch }: Pick<WindowOrWorkerGlobalScope, "caches" | "fetch"> = self,
): BuiltFiles {
  const allVersions = `roentgen-lab ${folder} `;
  const name = allVersions + version;
  const addressOf = (path: string) => new URL(path, folder).href;

  async function keepFile(cache: Cache, path: string, integrity: string): Promise<void> {
    // Asked of the server, whatever the browser's own cache holds of an earlier version under the same name.
    const response = await fetch(addressOf(path), { integrity, cache: "no-cache" });
    if (!response.ok) throw new Error(`${addressOf(path)}: ${response.status}`);
    await cache.put(addressOf(path), makeKept(response, policies[path] ?? policies[""]));
  }

  return {
    async keep() {
      // Also where a host went back to a version that is in use: then it stays, whatever fails.
      const isNew = !(await caches.has(name));
      const cache = await caches.open(name);
      try {
        await Promise.all(Object.entries(files).map(([path, integrity]) => keepFile(cache, path, integrity)));
      } catch (error) {
        if (isNew) await caches.delete(name);
        throw error;
      }
    },
    find({ method, url }) {
      const { origin, pathname } = new URL(url);
      const address = origin + pathname;
      if (method !== "GET" || !address.startsWith(folder)) return null;
      const asked = address.slice(folder.length);
      const path = asked === PAGE ? "" : asked;
      if (!Object.hasOwn(files, path)) return null;
      // What was cleared away, or cannot be read any more, the host may still have.
      const kept = caches.match(addressOf(path), { cacheName: name }).catch(() => undefined);
      return kept.then((response) => response ?? fetch(addressOf(path)));
    },
    async forgetOthers() {
      const others = (await caches.keys()).filter((key) => key.startsWith(allVersions) && key !== name);
      await Promise.all(others.map((key) => caches.delete(key)));
    },
  };
}

/**
 * The same answer as one of no redirection, since browsers take no other for a page, nor one that varies with everything for a cache; and with
 * the lab's policy beside the host's own: so a worker of the lab has it too, which a host that sends no headers gives none.
 */
function makeKept(response: Response, policy: string | undefined): Response {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.delete("Vary");
  if (policy) headers.append("Content-Security-Policy", policy);
  return new Response(response.body, { status, statusText, headers });
}

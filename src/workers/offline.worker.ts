// Entry of the service worker, which gives the lab its own files where there is no network, always of one version: the next one waits until
// no tab is open, or a person takes it. Nothing else that a page asks for passes through it.
import { type Build, createBuiltFiles } from "../storage/builtFiles";

declare const self: ServiceWorkerGlobalScope;
/** Put in its place by scripts/serviceWorker.ts. */
declare const BUILD: Build;

const files = createBuiltFiles(BUILD, self.registration.scope);

self.addEventListener("install", (event) => event.waitUntil(files.keep()));
self.addEventListener("activate", (event) => event.waitUntil(files.forgetOthers().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const found = files.find(event.request);
  if (found) event.respondWith(found);
});
// The one thing that a page says (app/offline.ts): that the person takes the update.
self.addEventListener("message", (event) => event.waitUntil(self.skipWaiting()));

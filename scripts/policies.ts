// The content security policies of the built page and its files. Who sends them is vite.config.ts's and the service worker's to say.
import { readFileSync } from "node:fs";

/** Everything the page may load comes from the page itself, and so for its workers. */
const LAB = [
  "default-src 'self'",
  // WebAssembly, and no other code from data.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const WEIGHTS_FRAME = "fetchWeights.html";

/** The one frame that may connect elsewhere says its policy itself (public/); as a header it also says that it is of no origin. */
const OF_WEIGHTS_FRAME = [
  /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(readFileSync(`public/${WEIGHTS_FRAME}`, "utf8"))?.[1],
  "sandbox allow-scripts",
  "frame-ancestors 'self'",
].join("; ");

/** By path from the lab's folder; "" has that of all others. */
export const POLICIES: Record<string, string> = { "": LAB, [WEIGHTS_FRAME]: OF_WEIGHTS_FRAME };

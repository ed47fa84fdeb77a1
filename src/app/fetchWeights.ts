// A weights file from an address that a person typed: the only connection that the lab can make, in a hidden frame that is made for it
// and removed after. The page itself may not connect anywhere, by its content security policy; the frame's is in public/fetchWeights.html.
import { LabError } from "../protocol/labError";
import { isWeightsFileName, WEIGHTS_EXTENSIONS } from "../protocol/weightsFileName";

export interface Fetched {
  /** Bytes. */
  done: number;
  /** Null where the server does not say. */
  total: number | null;
}

/** What public/fetchWeights.js tells. */
type FrameMessage =
  | { type: "start"; total: number | null }
  | { type: "bytes"; bytes: ArrayBuffer }
  | { type: "end" }
  | { type: "failed"; reason: "status" | "unreadable" | "unreachable" | "cut"; status?: number };

const PAGE = "./fetchWeights.html";
/** By then what the frame said while it loaded has come, if it said anything: the two need not come in their order. */
const HELLO_MS = 1000;

/** Resolves to the file, or to null where `signal` ended the download. @throws LabError weightsUnreadable with the way out */
export async function fetchWeights(
  typed: string,
  signal: AbortSignal,
  onProgress: (fetched: Fetched) => void,
): Promise<File | null> {
  const address = readAddress(typed);
  const frame = document.createElement("iframe");
  frame.hidden = true;
  // Of no origin: the page cannot reach into it to connect by it, and it can reach nothing of the page.
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = PAGE;
  const { port1: port, port2: framePort } = new MessageChannel();
  const ended = new AbortController();
  try {
    return await new Promise<File | null>((resolve, reject) => {
      const pieces: ArrayBuffer[] = [];
      const fetched: Fetched = { done: 0, total: null };
      signal.addEventListener("abort", () => resolve(null), { once: true });
      port.onmessage = ({ data }: MessageEvent<FrameMessage>) => {
        switch (data.type) {
          case "start":
            fetched.total = data.total;
            break;
          case "bytes":
            pieces.push(data.bytes);
            fetched.done += data.bytes.byteLength;
            break;
          case "end":
            resolve(new File(pieces, nameOf(address)));
            break;
          case "failed":
            reject(describeFailure(address, data));
        }
        onProgress({ ...fetched });
      };
      const onHello = ({ source }: MessageEvent) => {
        if (source !== frame.contentWindow) return;
        clearTimeout(waiting);
        ended.abort();
        // A frame of no origin can be addressed by no origin; what it is told is only the address, and its page is the lab's own.
        frame.contentWindow?.postMessage(address.href, "*", [framePort]);
      };
      // A host that does not serve the page answers with another, which says nothing.
      let waiting: ReturnType<typeof setTimeout> | undefined;
      frame.onload = () => {
        if (!ended.signal.aborted) waiting = setTimeout(() => reject(describeMissing()), HELLO_MS);
      };
      window.addEventListener("message", onHello, { signal: ended.signal });
      document.body.append(frame);
    });
  } finally {
    ended.abort();
    frame.remove();
    port.close();
  }
}

function readAddress(typed: string): URL {
  const address = URL.parse(typed.trim());
  const isLocal = address?.hostname === "localhost" || address?.hostname === "127.0.0.1";
  if (address?.protocol === "https:" || (address?.protocol === "http:" && isLocal)) return address;
  const message = `“${typed}” is no address of a file. Type one that begins with https://, such as https://example.org/densenet121.pth.`;
  throw new LabError("weightsUnreadable", message, "From a URL");
}

/** As the last part of the address, with an ending that the lab knows: its bytes say what it is. */
function nameOf({ pathname }: URL): string {
  const name = pathname.split("/").at(-1) || "weights";
  return isWeightsFileName(name) ? name : `${name}${WEIGHTS_EXTENSIONS[0]}`;
}

const BY_HAND = "Download the file with the browser, and choose it here.";

function describeMissing(): LabError {
  const message = `${location.host} does not serve the lab's page ${PAGE.slice(2)}, without which nothing is read from an address. ${BY_HAND}`;
  return new LabError("weightsUnreadable", message, "From a URL");
}

function describeFailure({ host, href }: URL, { reason, status }: Extract<FrameMessage, { type: "failed" }>): LabError {
  const sentences = {
    status: `${host} answers ${status} for this address${status === 404 ? ": there is no such file" : ""}. Check the address, or choose a file.`,
    unreadable: `${host} answers, but does not let pages read its files (it sends no CORS header), or leads to a server that does not. ${BY_HAND}`,
    unreachable: `${host} cannot be reached. Check the address and the connection, or choose a file.`,
    cut: `The connection to ${host} broke before the file was whole. Try again. ${BY_HAND}`,
  };
  return new LabError("weightsUnreadable", sentences[reason], href);
}

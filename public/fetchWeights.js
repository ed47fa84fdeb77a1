// Reads one weights file from the address that a person typed, in a hidden frame of its own: the one place of the lab that may connect
// elsewhere. It is told the address over a port of the page around it, hands the bytes back, and knows nothing else of the lab.

/** @typedef {{ type: "start", total: number | null } | { type: "bytes", bytes: ArrayBuffer } | { type: "end" } | { type: "failed", reason: "status" | "unreadable" | "unreachable" | "cut", status?: number }} FrameMessage */

/** No cookie, no referrer, nothing from a cache that the person did not ask for. */
const PLAIN = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };

/** @param {string} address @param {(message: FrameMessage, transfer?: Transferable[]) => void} tell */
async function fetchFile(address, tell) {
  let response;
  try {
    response = await fetch(address, PLAIN);
  } catch {
    // A server that answers, but not to pages of elsewhere, looks the same as none: an answer that cannot be read tells them apart.
    const answers = await fetch(address, { ...PLAIN, method: "HEAD", mode: "no-cors" }).then(
      () => true,
      () => false,
    );
    return tell({ type: "failed", reason: answers ? "unreadable" : "unreachable" });
  }
  if (!response.ok || !response.body) return tell({ type: "failed", reason: "status", status: response.status });
  // What a server packed for the way is counted packed, and says nothing of what comes out.
  const length = response.headers.has("Content-Encoding") ? null : response.headers.get("Content-Length");
  tell({ type: "start", total: length === null ? null : Number(length) });
  try {
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return tell({ type: "end" });
      const bytes = value.slice().buffer;
      tell({ type: "bytes", bytes }, [bytes]);
    }
  } catch {
    tell({ type: "failed", reason: "cut" });
  }
}

// Where a host serves another page in place of this one, nothing says so.
parent.postMessage("hello", location.origin);

// Only the page that this frame is a part of, and only once. The frame itself is of no origin (sandbox), `location` still says its own.
addEventListener(
  "message",
  ({ source, origin, data, ports: [port] }) => {
    if (source !== parent || origin !== location.origin || typeof data !== "string" || !port) return;
    void fetchFile(data, (message, transfer = []) => port.postMessage(message, transfer));
  },
  { once: true },
);

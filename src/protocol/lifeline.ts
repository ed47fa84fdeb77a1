// How a page learns that a worker is gone: a worker that ends tells nobody, but the browser lets go of the locks that it held.

/** What a worker posts once it holds the lock of this name, which it does for as long as it lives. */
export interface Lifeline {
  lifeline: string;
}

export function isLifeline(message: unknown): message is Lifeline {
  return typeof message === "object" && message !== null && "lifeline" in message && typeof message.lifeline === "string";
}

// Lets the page draw and take input between two turns of a long piece of work on it. What needs no page belongs in a worker instead.

/** A message to oneself: a timer would wait four milliseconds after a few turns. */
export function yieldToPage(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

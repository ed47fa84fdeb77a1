// Web Locks for tests in Node, which has none: shared and exclusive, asked for with `ifAvailable` or waited for. Not for the lab itself.

type Work = (lock: object | null) => unknown;
interface Options {
  mode?: "shared" | "exclusive";
  ifAvailable?: boolean;
}

export function createTestLocks() {
  const held = new Map<string, { shared: boolean; ended: Promise<unknown> }[]>();
  return {
    async request(name: string, options: Options, work: Work): Promise<unknown> {
      const shared = options.mode === "shared";
      const inTheWay = () => (held.get(name) ?? []).filter((other) => !(shared && other.shared));
      if (options.ifAvailable && inTheWay().length > 0) return work(null);
      while (inTheWay().length > 0) await inTheWay()[0]?.ended;
      const ended = (async () => work({}))();
      const entry = { shared, ended: ended.catch(() => {}) };
      held.set(name, [...(held.get(name) ?? []), entry]);
      try {
        return await ended;
      } finally {
        held.set(
          name,
          (held.get(name) ?? []).filter((other) => other !== entry),
        );
      }
    },
  };
}

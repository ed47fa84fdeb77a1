// Where the network sees a target in validation films, film by film as a person asks. The network stays lent between two questions, so that the
// next film is there at once, until something else needs the graphics card. What a map is, nn/gradCam.ts says.
import { beforeTraining, type Engine, type NamedArrays } from "../nn/engine";
import { gradCam } from "../nn/gradCam";
import type { ExplainRequest, Explanation } from "../protocol/explanation";
import type { FilmSource } from "./batches";
import { loadNetwork } from "./loadWeights";
import type { Tools, Workbench } from "./workbench";

export interface Explainer {
  explain(request: ExplainRequest): Promise<Explanation>;
  /** Gives the network back, once the question that it is at is answered. */
  close(): Promise<void>;
}

interface Question {
  request: ExplainRequest;
  answer(explanation: Explanation): void;
}

/** A network that waits for questions. A question that fails ends it. */
interface Lent {
  /** What it is: a question about another one needs another. */
  key: string;
  ask(request: ExplainRequest): Promise<Explanation>;
  end(): Promise<void>;
}

/** @param demandFree throws where a job has the graphics card: a question that came before it and waited is refused too */
export function createExplainer(tools: Tools, workbench: Workbench, demandFree: () => void): Explainer {
  let lent: Lent | null = null;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  async function open(key: string, { sample, ...request }: ExplainRequest): Promise<Lent> {
    const { loaded, settings, notices } = await loadNetwork(tools, request);
    let tell: (question: Question | null) => void;
    const listen = () =>
      new Promise<Question | null>((resolve) => {
        tell = resolve;
      });
    let next = listen();
    let fail: (error: unknown) => void = () => {};
    const opened: Lent = {
      key,
      ask: (request) =>
        new Promise((answer, reject) => {
          fail = reject;
          tell({ request, answer });
        }),
      async end() {
        tell(null);
        await ended;
      },
    };
    const ended = workbench
      .lend(
        settings,
        sample,
        () => {},
        async ({ engine, source }) => {
          if (loaded) engine.restore(beforeTraining(loaded.model));
          const { model } = await engine.snapshot();
          for (let question = await next; question; question = await next) {
            next = listen();
            const { request, answer } = question;
            answer({ ...(await explainFilms(engine, model, await source(request.films), request.target)), notices });
          }
        },
      )
      .catch((error: unknown) => {
        if (lent === opened) lent = null;
        fail(error);
      });
    return opened;
  }

  async function close(): Promise<void> {
    const open = lent;
    lent = null;
    await open?.end();
  }

  return {
    explain: (request) =>
      inTurn(async () => {
        demandFree();
        const key = keyOf(request);
        if (lent?.key !== key) {
          await close();
          lent = await open(key, request);
        }
        return lent.ask(request);
      }),
    close: () => inTurn(close),
  };
}

/** What decides the network and the films it is asked about. A file comes as another object each time. */
function keyOf({ settings, sample: { store, targets }, weights }: ExplainRequest): string {
  const file = weights.kind === "file" ? [weights.file.size, (weights.file as Partial<File>).lastModified] : null;
  return JSON.stringify([settings, store, targets, weights, file]);
}

async function explainFilms(
  engine: Engine,
  model: NamedArrays,
  { part: { slots }, imageSize, read }: FilmSource,
  target: number,
) {
  const pixels = await read(slots);
  const images = { kind: "films", data: pixels, size: imageSize } as const;
  const features = await engine.features({ count: slots.length, images, targets: new Float32Array() });
  return { side: features.side, maps: gradCam(features, model, target), pixels };
}

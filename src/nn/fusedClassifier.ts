// The end of either head of the fused engine: the linear layer that gives the logits, and the loss.
import { dispatch, type PlannedBuffer } from "../kernels/dispatches";
import { headLoss } from "../kernels/head";
import { linearWeightGradient } from "../kernels/linear";
import type { Films, Pass } from "./fusedPass";

/** Where the gradients of these films' logits lie in `outcome`. */
export const slopesOf = ({ batch, options }: Pass, firstFilm: number) => (2 * batch.shape.count + firstFilm) * options.classes;

/** Logits and losses of [films, channels] in `outcome`. */
export function recordLoss({ add, layout, options, batch, state }: Pass, seen: PlannedBuffer, { films, firstFilm }: Films): void {
  const { classes, focal } = options;
  const { weights, biases, channels } = layout.classifier;
  const { parameters } = state;
  // torchvision's way to say that nothing weighs the classes.
  const shape = { gamma: focal?.gamma ?? 0, alpha: focal?.alpha ?? -1 };
  const stride = batch.shape.count * classes;
  const uniforms = { values: films * classes, channels, classes, weights, biases, outFirst: firstFilm * classes, stride };
  add(
    dispatch(
      headLoss(focal ? "focal" : "bce"),
      { pooled: seen, parameters, targets: batch.targets, out: batch.outcome },
      { ...uniforms, ...shape, targetsEnd: stride },
      { threads: films * classes, flop: 2 * films * classes * channels },
    ),
  );
}

/** Adds the gradients of the classifier's weights and biases. */
export function recordClassifierGradient(pass: Pass, seen: PlannedBuffer, { films, firstFilm }: Films): void {
  const { add, layout, options, batch, state } = pass;
  const { weights, biases, channels } = layout.classifier;
  const uniforms = {
    rows: films,
    inner: channels,
    outs: options.classes,
    slopesFirst: slopesOf(pass, firstFilm),
    weights,
    biases,
  };
  add(
    dispatch(linearWeightGradient, { left: seen, slopes: batch.outcome, gradients: state.gradients }, uniforms, {
      threads: (channels + 1) * options.classes,
      flop: 2 * films * options.classes * channels,
    }),
  );
}

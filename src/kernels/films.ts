// Films as they were uploaded, one byte a pixel, to the network's input: moved, lit, spread to three channels and normalised at once; and
// blended with others. A pixel is a quad whose last channel is zero. The same in plain numbers stands in nn/moveFilms.ts.
import { defineKernel, read, write } from "./kernel";

/**
 * A film's move is three quads, (a, b, c, g), (d, e, f, h), (brightness, contrast, 0, 0). A pixel of the result at (x, y), in pixels from
 * the film's centre, comes from x' = (a x + b y + c) / w and y' = (d x + e y + f) / w of the film, with w = g x + h y + 1. Its light is
 * changed as fastai v1 changes it: contrast * (logit + brightness).
 */
export const MOVE_FLOATS = 12;
/** A film as it is. */
export const STILL: readonly number[] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0];

/** How far from 0 and 1 fastai v1 keeps a grey before it takes its logit. */
export const LOGIT_MARGIN = 1e-7;

const UNIFORMS = {
  values: "u32",
  size: "u32",
  mean0: "f32",
  mean1: "f32",
  mean2: "f32",
  std0: "f32",
  std1: "f32",
  std2: "f32",
} as const;

/**
 * Between pixels it is bilinear. Outside the film it is the film's reflection about its outermost pixels, fastai's default (torch
 * `padding_mode="reflection"`): black corners would tell the network by how much a film was turned, and look like collimation.
 */
const FUNCTIONS = `
fn reflect_at(at: i32) -> u32 {
  let period = max(1i, 2i * (i32(u.size) - 1i));
  let within = ((at % period) + period) % period;
  return u32(min(within, period - within));
}
fn grey(film: u32, y: i32, x: i32) -> f32 {
  let at = (film * u.size + reflect_at(y)) * u.size + reflect_at(x);
  return f32((films[at / 4u] >> ((at % 4u) * 8u)) & 255u);
}
fn light(value: f32, brightness: f32, contrast: f32) -> f32 {
  // There and back again through logits would change the last digits of a film that is left as it is.
  if (brightness == 0.0 && contrast == 1.0) { return value; }
  let held = clamp(value, ${LOGIT_MARGIN}, 1.0 - ${LOGIT_MARGIN});
  return 1.0 / (1.0 + exp(-contrast * (log(held / (1.0 - held)) + brightness)));
}
fn spread(thread: u32) -> vec4<f32> {
  let film = thread / (u.size * u.size);
  let centre = (f32(u.size) - 1.0) / 2.0;
  let row = (thread / u.size) % u.size;
  let column = thread % u.size;
  let y = f32(row) - centre;
  let x = f32(column) - centre;
  let across = load_moves(film * 3u);
  let down = load_moves(film * 3u + 1u);
  let shade = load_moves(film * 3u + 2u);
  // How far away, not where: small numbers keep the digits of a pixel's parts.
  let tilt = across.w * x + down.w * y;
  let away = vec2<f32>(
    (across.x - 1.0) * x + across.y * y + across.z - x * tilt,
    down.x * x + (down.y - 1.0) * y + down.z - y * tilt,
  ) / (1.0 + tilt);
  let whole = floor(away);
  let share = away - whole;
  let ix = i32(f32(column) + whole.x);
  let iy = i32(f32(row) + whole.y);
  let above = mix(grey(film, iy, ix), grey(film, iy, ix + 1i), share.x);
  let below = mix(grey(film, iy + 1i, ix), grey(film, iy + 1i, ix + 1i), share.x);
  let lit = light(mix(above, below, share.y) / 255.0, shade.x, shade.y);
  return vec4<f32>((lit - u.mean0) / u.std0, (lit - u.mean1) / u.std1, (lit - u.mean2) / u.std2, 0.0);
}`;

/** `moves` holds MOVE_FLOATS a film. */
export const spreadFilms = defineKernel({
  name: "spreadFilms",
  bindings: { films: read("word"), moves: read("f32"), out: write("f32") },
  uniforms: UNIFORMS,
  functions: FUNCTIONS,
  body: `
if (thread >= u.values) { return; }
store_out(thread, spread(thread));`,
});

/** Mixup (Zhang et al. 2018): of what `out` holds its film's share stays, and the rest is of the partner, which is moved by its own move. */
export const blendFilms = defineKernel({
  name: "blendFilms",
  bindings: { films: read("word"), moves: read("f32"), shares: read("scalar"), out: write("f32") },
  uniforms: UNIFORMS,
  functions: FUNCTIONS,
  body: `
if (thread >= u.values) { return; }
let kept = load_shares(thread / (u.size * u.size));
// Not mix(), which on some drivers leaves other last digits of what is kept whole.
store_out(thread, kept * load_out(thread) + (1.0 - kept) * spread(thread));`,
});

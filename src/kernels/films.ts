// Films as they were uploaded, one byte a pixel, to the network's input: moved, lit, spread to three channels and normalised at once.
// A pixel is a quad whose last channel is zero.
import { defineKernel, read, write } from "./kernel";

/**
 * `moves` holds two quads a film: the affine map from a pixel of the result to one of the film, in pixels from the film's centre,
 * x' = a x + b y + c and y' = d x + e y + f, then gain and offset of the light: (a, b, c, gain), (d, e, f, offset), of values in [0, 1].
 * Between pixels it is bilinear; outside the film it is black.
 */
export const spreadFilms = defineKernel({
  name: "spreadFilms",
  bindings: { films: read("word"), moves: read("f32"), out: write("f32") },
  uniforms: {
    values: "u32",
    size: "u32",
    mean0: "f32",
    mean1: "f32",
    mean2: "f32",
    std0: "f32",
    std1: "f32",
    std2: "f32",
  },
  functions: `
fn grey(film: u32, y: i32, x: i32) -> f32 {
  if (y < 0i || x < 0i || y >= i32(u.size) || x >= i32(u.size)) { return 0.0; }
  let at = (film * u.size + u32(y)) * u.size + u32(x);
  return f32((films[at / 4u] >> ((at % 4u) * 8u)) & 255u);
}`,
  body: `
if (thread >= u.values) { return; }
let film = thread / (u.size * u.size);
let centre = (f32(u.size) - 1.0) / 2.0;
let y = f32((thread / u.size) % u.size) - centre;
let x = f32(thread % u.size) - centre;
let across = load_moves(film * 2u);
let down = load_moves(film * 2u + 1u);
// How far away, not where: small numbers keep the digits of a pixel's parts.
let away = vec2<f32>((across.x - 1.0) * x + across.y * y + across.z, down.x * x + (down.y - 1.0) * y + down.z);
let whole = floor(away);
let share = away - whole;
let ix = i32(f32(thread % u.size) + whole.x);
let iy = i32(f32((thread / u.size) % u.size) + whole.y);
let above = mix(grey(film, iy, ix), grey(film, iy, ix + 1i), share.x);
let below = mix(grey(film, iy + 1i, ix), grey(film, iy + 1i, ix + 1i), share.x);
let lit = clamp(fma(mix(above, below, share.y) / 255.0, across.w, down.w), 0.0, 1.0);
store_out(thread, vec4<f32>((lit - u.mean0) / u.std0, (lit - u.mean1) / u.std1, (lit - u.mean2) / u.std2, 0.0));`,
});

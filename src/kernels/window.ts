// Where a convolution's window lies: from a pixel of the output to a pixel of the input, as WGSL. Loads nothing.

export interface Window {
  side: number;
  stride: number;
  pad: number;
  /** Walks the window backwards, as the gradient to the input does (stride 1). */
  flip?: boolean;
}

export const WINDOW_3X3: Window = { side: 3, stride: 1, pad: 1 };
export const WINDOW_7X7: Window = { side: 7, stride: 2, pad: 3 };

export const windowUniforms = { height: "u32", width: "u32", outHeight: "u32", outWidth: "u32" } as const;

export const taps = (window: Window | null): number => (window ? window.side * window.side : 1);

/**
 * `corner_of(pixel)`: input row that the image begins at, then the window's top and left, which may lie outside.
 * `place_of(corner, tap)`: first quad of the input pixel under that tap, or OUTSIDE; `u.leftStride` is a pixel's quads.
 */
export function windowFunctions(window: Window): string {
  const { side, stride, pad, flip } = window;
  const step = (value: string) => (flip ? `${side - 1}i - i32(${value})` : `i32(${value})`);
  return `
fn corner_of(pixel: u32) -> vec3<i32> {
  let line = pixel / u.outWidth;
  let image = line / u.outHeight;
  let y = i32(line % u.outHeight) * ${stride}i - ${pad}i;
  let x = i32(pixel % u.outWidth) * ${stride}i - ${pad}i;
  return vec3<i32>(i32(image * u.height), y, x);
}
fn place_of(corner: vec3<i32>, tap: u32) -> u32 {
  let y = corner.y + ${step(`tap / ${side}u`)};
  let x = corner.z + ${step(`tap % ${side}u`)};
  // Not &&, which branches: some drivers take minutes over branches among so many values.
  let inside = (y >= 0i) & (x >= 0i) & (y < i32(u.height)) & (x < i32(u.width));
  return select(OUTSIDE, u32((corner.x + y) * i32(u.width) + x) * u.leftStride, inside);
}`;
}

/** No pixel: the window hangs over the edge, where the *activated* value is zero. */
export const OUTSIDE = "const OUTSIDE = 0xffffffffu;";

// Draws one frontal chest film in grey: body, lungs, ribs, heart, noise. An anatomy to look at and learn from, not a model of X-rays.
import type { Random } from "../../nn/random";

/** What differs between patients. Lengths are in half-widths of the film; x runs to the right of the picture (the patient's left). */
export interface Anatomy {
  /** Heart width over the inner width of the thorax. */
  cardiothoracicRatio: number;
  thoraxHalfWidth: number;
  bodyHalfWidth: number;
  lungTop: number;
  diaphragm: number;
  ribSpacing: number;
  ribSlope: number;
  /** Share of the heart that lies on the picture's right. */
  heartToTheLeft: number;
  vessels: number;
}

/** What differs between films of one patient. */
export interface Exposure {
  gain: number;
  gamma: number;
  noise: number;
  tilt: number;
  shiftX: number;
  shiftY: number;
  zoom: number;
  /** Width of the dark edge that the collimator leaves. */
  collimation: number;
}

export function drawAnatomy(random: Random, cardiothoracicRatio: number): Anatomy {
  const between = (from: number, to: number) => from + (to - from) * random.float();
  const thoraxHalfWidth = between(0.66, 0.76);
  return {
    cardiothoracicRatio,
    thoraxHalfWidth,
    bodyHalfWidth: thoraxHalfWidth + between(0.1, 0.2),
    lungTop: between(-0.82, -0.74),
    diaphragm: between(0.44, 0.58),
    ribSpacing: between(0.135, 0.165),
    ribSlope: between(0.16, 0.3),
    heartToTheLeft: between(0.66, 0.72),
    vessels: between(0.7, 1.3),
  };
}

export function drawExposure(random: Random): Exposure {
  const between = (from: number, to: number) => from + (to - from) * random.float();
  return {
    gain: between(0.9, 1.08),
    gamma: between(0.85, 1.2),
    noise: between(0.012, 0.03),
    tilt: between(-0.04, 0.04),
    shiftX: between(-0.05, 0.05),
    shiftY: between(-0.04, 0.04),
    zoom: between(0.94, 1.04),
    collimation: random.float() < 0.3 ? between(0.02, 0.07) : 0,
  };
}

/** 1 well inside (`distance` below 0), 0 well outside, over an edge about `softness` wide. */
function inside(distance: number, softness: number): number {
  const t = Math.min(1, Math.max(0, 0.5 - distance / (2 * softness)));
  return t * t * (3 - 2 * t);
}

/** `Math.hypot` takes ten times as long. */
function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

function bump(distance: number, width: number): number {
  const t = distance / width;
  return t > 3 || t < -3 ? 0 : Math.exp(-t * t);
}

/** Smooth noise in [-1, 1] from a grid of `cells` by `cells` values. */
function createClouds(random: Random, cells: number): (x: number, y: number) => number {
  const grid = Float32Array.from({ length: (cells + 2) ** 2 }, () => random.float() * 2 - 1);
  const at = (column: number, row: number) => grid[row * (cells + 2) + column] ?? 0;
  return (x, y) => {
    const u = Math.min(cells, Math.max(0, ((x + 1.2) / 2.4) * cells));
    const v = Math.min(cells, Math.max(0, ((y + 1.2) / 2.4) * cells));
    const column = Math.floor(u);
    const row = Math.floor(v);
    const s = (u - column) ** 2 * (3 - 2 * (u - column));
    const t = (v - row) ** 2 * (3 - 2 * (v - row));
    const top = at(column, row) * (1 - s) + at(column + 1, row) * s;
    const bottom = at(column, row + 1) * (1 - s) + at(column + 1, row + 1) * s;
    return top * (1 - t) + bottom * t;
  };
}

/** Lines that leave the hilum and fade towards the edge of the lung: x, y, direction, length, width each. */
function drawVessels(random: Random, anatomy: Anatomy): Float32Array[] {
  return [-1, 1].map((side) => {
    const lines: number[] = [];
    for (let i = 0; i < 9; i++) {
      const angle = -1.2 + (2.5 * (i + random.float())) / 9;
      lines.push(side * (0.2 + 0.04 * random.float()), -0.12 + 0.1 * random.float(), side * Math.cos(angle), Math.sin(angle));
      lines.push(0.25 + 0.25 * random.float(), (0.01 + 0.008 * random.float()) * anatomy.vessels);
    }
    return Float32Array.from(lines);
  });
}

const NOISE_LENGTH = 2048;

/** Of the table that finds a tone. */
const PLACES = 1024;

/** The byte round(255 gain density^gamma), found among the densities at which it steps: a power for every pixel would take a fifth of the time. */
function createTones({ gain, gamma }: Exposure): (density: number) => number {
  const steps = Float64Array.from({ length: 256 }, (_, tone) => ((tone + 0.5) / 255 / gain) ** (1 / gamma));
  steps[255] = Number.POSITIVE_INFINITY;
  const lowest = new Uint8Array(PLACES + 1);
  for (let place = 1, tone = 0; place <= PLACES; place++) {
    while (steps[tone]! <= place / PLACES) tone++;
    lowest[place] = tone;
  }
  return (density) => {
    let tone = lowest[Math.min(PLACES, Math.max(0, Math.floor(density * PLACES)))]!;
    while (steps[tone]! <= density) tone++;
    return tone;
  };
}

/** [size, size] bytes, bright where X-rays are stopped, as films are shown. */
export function drawFilm(anatomy: Anatomy, exposure: Exposure, size: number, random: Random): Uint8Array {
  const clouds = createClouds(random, 6);
  const grain = createClouds(random, 30);
  const vessels = drawVessels(random, anatomy);
  const film = new Uint8Array(size * size);
  const cos = Math.cos(exposure.tilt) / exposure.zoom;
  const sin = Math.sin(exposure.tilt) / exposure.zoom;
  // A pixel's own draw would take most of the time; each row starts somewhere else in one table.
  const noise = Float32Array.from({ length: NOISE_LENGTH }, () => random.normal());
  const toneOf = createTones(exposure);
  for (let row = 0; row < size; row++) {
    const noiseAt = random.int(NOISE_LENGTH);
    const v = ((row + 0.5) / size) * 2 - 1;
    for (let column = 0; column < size; column++) {
      const u = ((column + 0.5) / size) * 2 - 1;
      const x = u * cos + v * sin + exposure.shiftX;
      const y = v * cos - u * sin + exposure.shiftY;
      let density = densityAt(x, y, anatomy, clouds, grain, vessels);
      const edge = 1 - exposure.collimation - Math.max(Math.abs(u), Math.abs(v));
      if (exposure.collimation > 0) density *= inside(-edge, 0.01);
      const noisy = density + exposure.noise * noise[(noiseAt + column) % NOISE_LENGTH]! * (0.6 + 0.8 * density);
      film[row * size + column] = toneOf(noisy);
    }
  }
  drawMarker(film, size, exposure);
  return film;
}

type Noise = (x: number, y: number) => number;

/** Above it the shoulders slope and the clavicles run; nothing of either reaches below. */
const SHOULDERS = -0.35;

/** Brightness in [0, 1] at a place of the film; y runs from -1 at the top to 1. What a place cannot show is not computed for it. */
function densityAt(x: number, y: number, anatomy: Anatomy, clouds: Noise, grain: Noise, vessels: Float32Array[]): number {
  const { thoraxHalfWidth, diaphragm, lungTop } = anatomy;
  const across = Math.abs(x);
  const side = x < 0 ? -1 : 1;

  // The body: neck, sloping shoulders, trunk.
  const shoulder = y < SHOULDERS ? -0.88 + 0.26 * Math.max(0, across - 0.22) ** 1.3 - 0.1 * bump(across - 0.2, 0.12) : -1;
  const trunk = anatomy.bodyHalfWidth + 0.5 * inside(y + 0.4, 0.3) + 0.04 * Math.sin(y * 2.2);
  const body = Math.max(inside(Math.max(across - trunk, shoulder - y), 0.05), inside(across - 0.24, 0.07) * inside(y, 0.4));
  if (body === 0) return 0.02;
  let density = body * (0.5 + 0.06 * clouds(x, y) + 0.06 * y);

  // Lungs, narrow at the top; the right dome of the diaphragm stands higher.
  const dome = diaphragm - 0.06 * inside(x, 0.16) + 0.32 * ((across - thoraxHalfWidth * 0.5) / thoraxHalfWidth) ** 2;
  const down = Math.min(1, Math.max(0, (y - lungTop) / (diaphragm - lungTop)));
  const inner = 0.13 + 0.05 * (1 - down);
  const apex = lungTop + 0.9 * (across - 0.32) ** 2;
  const within = Math.max(across - thoraxHalfWidth, inner - across, apex - y, y - dome);
  const beyond = within < 0.035 && across > 0.5 * thoraxHalfWidth ? across - lungWidthAt(down, anatomy) : -1;
  const lung = inside(Math.max(beyond, within), 0.035);
  if (lung > 0) density -= lung * (0.37 + 0.03 * clouds(x + 0.5, y));

  // Below the domes: the abdomen, with air in the stomach on the patient's left.
  if (y > dome - 0.02) {
    density += body * 0.22 * inside(dome - y, 0.02) * inside(across - trunk, 0.1);
    density -= 0.2 * inside(length((x - 0.34) / 0.17, (y - dome - 0.13) / 0.075) - 1, 0.5);
  }

  // Ribs show faintly over the chest wall too.
  const wall = inside(across - thoraxHalfWidth - 0.05, 0.08);
  if (y < dome + 0.1 && (lung > 0 || wall > 0)) {
    const ribs = ribsAt(across, y, anatomy);
    if (lung > 0) density += lung * (ribs + vesselsAt(x, y, vessels[side < 0 ? 0 : 1]) + 0.02 * grain(x, y));
    density += body * (1 - lung) * 0.4 * ribs * wall * inside(y - dome, 0.1);
  }

  // Spine and mediastinum, with the aortic knob and the trachea.
  const spine = inside(across - 0.085, 0.03);
  if (spine > 0) {
    const vertebra = 0.5 + 0.5 * Math.cos((y * 2 * Math.PI) / 0.16);
    density += 0.1 * body * spine * (0.65 + 0.35 * vertebra);
    density -= 0.13 * inside(across - 0.045, 0.03) * inside(y + 0.3, 0.1) * body;
  }
  if (lung > 0) {
    const mediastinum = inside(Math.max(across - 0.155 - 0.04 * inside(y + 0.25, 0.25), y - 0.75), 0.05);
    const knob = inside(length((x - 0.15) / 0.1, (y + 0.36) / 0.11) - 1, 0.35);
    const hilum = bump(length((across - 0.22) / 0.9, y + 0.1), 0.1);
    density += lung * (0.2 * Math.max(mediastinum, knob) + 0.12 * hilum);
  }

  // The heart hides the lung behind it; its width over the thorax's is the label.
  const aboveDome = y > diaphragm - 0.8 ? inside(y - dome - 0.02, 0.05) : 0;
  const heart = aboveDome > 0 ? heartAt(x, y, anatomy) * aboveDome : 0;
  if (heart > 0) density += heart * (lung * 0.33 + 0.06 + 0.04 * bump(y - diaphragm, 0.3));

  // Clavicles: out and up from the sternum.
  if (y < SHOULDERS) {
    const clavicle = -0.57 - 0.2 * (across - 0.1) - 0.07 * Math.sin(across * 5);
    density += 0.17 * bump(y - clavicle, 0.036) * inside(0.07 - across, 0.03) * inside(across - 0.72, 0.06);
  }
  // Shoulder blades and the heads of the arms, at the edge of the film.
  if (across > 0.6) {
    density += 0.07 * body * inside(length((across - 0.86) / 0.16, (y + 0.42) / 0.34) - 1, 0.4);
    density += 0.1 * body * inside(length(across - 0.98, y + 0.5) - 0.12, 0.05);
  }
  return Math.min(1, Math.max(0.02, density));
}

/** Half-width of the lungs, more than half of the thorax's, `down` from their top at 0 to the diaphragm at 1. */
function lungWidthAt(down: number, { thoraxHalfWidth }: Anatomy): number {
  return thoraxHalfWidth * (0.42 + 0.58 * Math.sin(Math.min(1, down * 1.15 + 0.12) * (Math.PI / 2)) ** 0.85);
}

/** Back ribs run down and out, front ribs more steeply, each brightest at its lower edge. */
function ribsAt(across: number, y: number, { ribSpacing, ribSlope, thoraxHalfWidth }: Anatomy): number {
  const outward = across / thoraxHalfWidth;
  const band = (offset: number, spacing: number) => {
    const phase = (y - offset) / spacing;
    const within = phase - Math.floor(phase);
    return bump(within - 0.5, 0.21) + 0.35 * bump(within - 0.66, 0.06);
  };
  const back = band(ribSlope * (outward - 0.35) ** 2 + ribSlope * 0.3 * outward, ribSpacing);
  const outside = inside(0.35 - outward, 0.15);
  if (outside === 0) return 0.1 * back;
  const inward = Math.max(0, 1 - outward);
  const front = band(0.75 * ribSlope + 1.35 * ribSlope * inward * Math.sqrt(inward), ribSpacing * 1.12);
  return 0.1 * back + 0.055 * front * outside;
}

function vesselsAt(x: number, y: number, lines: Float32Array | undefined): number {
  let sum = 0;
  for (let i = 0; lines && i < lines.length; i += 6) {
    const dx = x - lines[i]!;
    const dy = y - lines[i + 1]!;
    const along = dx * lines[i + 2]! + dy * lines[i + 3]!;
    const reach = lines[i + 4]!;
    if (along < 0 || along > reach) continue;
    const fade = 1 - along / reach;
    const width = lines[i + 5]! * (0.5 + fade);
    const aside = dx * lines[i + 3]! - dy * lines[i + 2]!;
    if (Math.abs(aside) > 3 * width + 0.021) continue;
    sum += fade * bump(aside + 0.02 * Math.sin(along * 14 + i), width);
  }
  return 0.13 * Math.min(1.5, sum);
}

const VENTRICLE_TILT = createTilt(0.32);
const ATRIUM_TILT = createTilt(0);
const BRIDGE_TILT = createTilt(0.15);

/** Two ellipses: the left ventricle, low and to the patient's left, and the right atrium. */
function heartAt(x: number, y: number, { cardiothoracicRatio, thoraxHalfWidth, heartToTheLeft, diaphragm }: Anatomy): number {
  const width = 2 * thoraxHalfWidth * cardiothoracicRatio;
  const left = width * heartToTheLeft;
  const right = width - left;
  const height = 0.26 + 0.12 * cardiothoracicRatio;
  const ventricle = ellipse(x - left + 0.62 * left, y - diaphragm + 0.2, 0.62 * left, height, VENTRICLE_TILT);
  const atrium = ellipse(x + right - 0.7 * right, y - diaphragm + 0.2, 0.7 * right, height * 0.85, ATRIUM_TILT);
  const bridge = ellipse(x - 0.3 * left, y - diaphragm + 0.16, 0.55 * width, height * 0.75, BRIDGE_TILT);
  return inside(Math.min(ventricle, atrium, bridge), 0.06);
}

interface Tilt {
  cos: number;
  sin: number;
}

/** `angle` in radians. */
function createTilt(angle: number): Tilt {
  return { cos: Math.cos(angle), sin: Math.sin(angle) };
}

/** Below 0 inside; turned by `tilt` so that its right end points down. */
function ellipse(x: number, y: number, radiusX: number, radiusY: number, { cos, sin }: Tilt): number {
  const along = x * cos + y * sin;
  const over = y * cos - x * sin;
  return (length(along / radiusX, over / radiusY) - 1) * Math.min(radiusX, radiusY);
}

/** The lead letter L at the patient's left shoulder. */
function drawMarker(film: Uint8Array, size: number, { collimation, shiftX }: Exposure): void {
  const unit = size / 160;
  const left = Math.round(size * (0.9 - collimation / 2) - shiftX * 20 * unit);
  const top = Math.round(size * (0.05 + collimation / 2));
  const paint = (x: number, y: number, width: number, height: number) => {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) if (column < size && row < size) film[row * size + column] = 245;
    }
  };
  const stroke = Math.max(1, Math.round(2 * unit));
  paint(left, top, stroke, Math.round(9 * unit));
  paint(left, top + Math.round(9 * unit) - stroke, Math.round(6 * unit), stroke);
}

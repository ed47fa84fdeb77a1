// A kernel: WGSL with named bindings and uniforms. Writes the header that every kernel shares; compiles and runs nothing.
import type { KernelFeature } from "../protocol/gpuFeatures";

/**
 * What a storage buffer holds. Channels always come as quads, four neighbouring channels of a pixel: `f32` keeps a quad as
 * vec4<f32>, `f16` packs it into two words (pack2x16float, which every adapter has). `scalar` is plain f32, `word` u32.
 */
export type Format = "f32" | "f16" | "scalar" | "word";
/** How activations are stored. */
export type Storage = "f32" | "f16";

export interface Binding {
  format: Format;
  access: "read" | "write";
}

/** By which WGSL uses what the device was opened with. */
const DIRECTIVES: Record<KernelFeature, string> = { "shader-f16": "enable f16;", subgroups: "enable subgroups;" };

export interface Kernel<B extends string = string, U extends string = string> {
  name: string;
  wgsl: string;
  workgroupSize: number;
  bindings: Readonly<Record<B, Binding>>;
  /** Names of the uniforms in the order they lie in memory, four bytes each. */
  uniforms: readonly U[];
  /** Those of them that are f32; the others are u32. */
  floats: ReadonlySet<string>;
}

export interface KernelParts<B extends string, U extends string> {
  name: string;
  features?: readonly KernelFeature[];
  workgroupSize?: number;
  bindings: Record<B, Binding>;
  uniforms: Record<U, "u32" | "f32">;
  /** Module scope WGSL. */
  functions?: string;
  /**
   * Body of the kernel. Sees `thread`, the number of the invocation, and `local`, `group`; uniforms as `u.name`; with `subgroups` also
   * `lane`, the invocation's number in its subgroup, and `lanes`, how many these have.
   */
  body: string;
}

export const read = (format: Format): Binding => ({ format, access: "read" });
export const write = (format: Format): Binding => ({ format, access: "write" });

const ELEMENT: Record<Format, string> = { f32: "vec4<f32>", f16: "vec2<u32>", scalar: "f32", word: "u32" };

export const ELEMENT_BYTES: Record<Format, number> = { f32: 16, f16: 8, scalar: 4, word: 4 };

/** The largest finite half: what packs beyond it is undefined. What is not finite before stays so. */
const HALF_MAX = "vec4<f32>(65504.0)";

/** Not max(), which may swallow a NaN: a run that has diverged has to show it. */
const RELU = `const HALF_NANS = 0x7e007e00u;
fn relu(value: vec4<f32>) -> vec4<f32> { return select(value, vec4<f32>(), value < vec4<f32>()); }
// By its bits: a driver that computes fast may take it that no value is NaN.
fn is_nan(value: vec4<f32>) -> vec4<bool> { return (bitcast<vec4<u32>>(value) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u); }`;

function accessors(name: string, { format, access }: Binding): string {
  if (format === "word") return "";
  const value = format === "scalar" ? "f32" : "vec4<f32>";
  const packed = format === "f16";
  const unpack = "vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y))";
  const load = packed ? `let words = ${name}[index]; return ${unpack};` : `return ${name}[index];`;
  const pack = `let bounded = clamp(value, -${HALF_MAX}, ${HALF_MAX});
  let lost = (bitcast<vec4<u32>>(value) & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u);
  let words = vec2<u32>(
    select(pack2x16float(bounded.xy), HALF_NANS, any(lost.xy)),
    select(pack2x16float(bounded.zw), HALF_NANS, any(lost.zw)),
  );`;
  const lines = [`fn load_${name}(index: u32) -> ${value} { ${load} }`];
  if (access === "write") {
    lines.push(
      `fn store_${name}(index: u32, value: ${value}) { ${packed ? `${pack} ${name}[index] = words;` : `${name}[index] = value;`} }`,
      `fn rounded_${name}(value: ${value}) -> ${value} { ${packed ? `${pack} return ${unpack};` : "return value;"} }`,
    );
  }
  return lines.join("\n");
}

/**
 * A kernel of one dimension: `thread` counts through all workgroups. For a binding `x` the body has `load_x(i)`, and where it is
 * written `store_x(i, v)` and `rounded_x(v)`, the value as it will be read back.
 */
export function defineKernel<B extends string, U extends string>(parts: KernelParts<B, U>): Kernel<B, U> {
  const { name, features = [], workgroupSize = 64, functions = "", body } = parts;
  const bindings = Object.entries<Binding>(parts.bindings);
  const uniforms = Object.entries<"u32" | "f32">(parts.uniforms);
  const wgsl = [
    `// ${name}`,
    ...features.map((feature) => DIRECTIVES[feature]),
    `struct Uniforms { ${uniforms.map(([field, type]) => `${field}: ${type}`).join(", ")} }`,
    "@group(0) @binding(0) var<uniform> u: Uniforms;",
    ...bindings.map(([binding, { format, access }], index) => {
      const mode = access === "read" ? "read" : "read_write";
      return `@group(0) @binding(${index + 1}) var<storage, ${mode}> ${binding}: array<${ELEMENT[format]}>;`;
    }),
    ...bindings.map(([binding, how]) => accessors(binding, how)).filter(Boolean),
    RELU,
    functions,
    `@compute @workgroup_size(${workgroupSize})
fn main(
  @builtin(workgroup_id) group_id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
${features.includes("subgroups") ? "  @builtin(subgroup_invocation_id) lane: u32,\n  @builtin(subgroup_size) lanes: u32,\n" : ""}) {
let group = group_id.x + group_id.y * groups.x;
let thread = group * ${workgroupSize}u + local;
${body}
}`,
  ].join("\n");
  return {
    name,
    wgsl,
    workgroupSize,
    bindings: parts.bindings,
    uniforms: uniforms.map(([field]) => field as U),
    floats: new Set(uniforms.filter(([, type]) => type === "f32").map(([field]) => field)),
  };
}

// Kernels that put the parts of a quad's columns together, in an order that is always the same: so a step repeats bit for bit. The parts
// come from what walked down the columns (columns.ts).
import { type Binding, defineKernel, type Kernel } from "./kernel";

/**
 * Who puts a quad's parts together: an `invocation`, from the first to the last; or a `subgroup`, for devices that have them: each lane a range
 * of the parts, and then the lanes among themselves. A graphics card waits long for each part that is loaded, and lanes wait side by side.
 */
export type Reducer = "invocation" | "subgroup";

/** A subgroup has a workgroup to itself, of as many invocations as most cards' subgroups. */
const WORKGROUP_SIZE: Record<Reducer, number> = { invocation: 16, subgroup: 32 };

type Field = "f32" | "vec4<f32>";

interface ReductionParts<B extends string, U extends string> {
  name: string;
  reducer: Reducer;
  bindings: Record<B, Binding>;
  uniforms: Record<U, "u32" | "f32">;
  /** Fields of the WGSL struct `Part`. All zero, it is a part of nothing. */
  fields: Record<string, Field>;
  /** How many parts `quad` has, as WGSL; by default `u.parts`. */
  count?: string;
  /** Body of `fn load_part(part: u32, quad: u32) -> Part`. */
  load: string;
  /** Body of `fn join_parts(seen: Part, next: Part) -> Part`; `next` comes after what was `seen`. */
  join: string;
  /** What becomes of `whole`, all parts of `quad` together. One invocation runs it. */
  finish: string;
}

const common = { quads: "u32", parts: "u32" } as const;

/** The parts from `first` to `last` are an invocation's own. */
const TAKE_ALL = "let first = 0u; let last = count;";

/**
 * WGSL says neither which invocations make a subgroup, nor how many it has, nor that it is full. So the one with the workgroup's first
 * invocation does the work, by the lanes that are there, taken to be numbered from 0 without a gap. Where subgroups are small, others look on: what lanes exchange has to be asked for by all.
 */
const TAKE_SHARE = `let works = subgroupAny(local == 0u);
let present = subgroupAdd(1u);
let share = (count + present - 1u) / present;
let first = lane * share;
let last = select(0u, min(first + share, count), works);`;

/** At twice the distance each time, a lane joins what comes after its own; then the first has it all, and is the one to go on. */
const joinLanes = (fields: Record<string, Field>) => `
for (var distance = 1u; distance < lanes; distance *= 2u) {
  let next = Part(
    ${Object.keys(fields)
      .map((field) => `subgroupShuffleDown(whole.${field}, distance),`)
      .join("\n    ")}
  );
  if (lane + distance < present) { whole = join_parts(whole, next); }
}
if (!works || lane > 0u) { return; }`;

/** A kernel that runs once for each of `u.quads`, each of `u.parts` parts; `planReduction` says by how many threads. */
export function defineReduction<B extends string, U extends string>(
  parts: ReductionParts<B, U>,
): Kernel<B, U | keyof typeof common> {
  const { name, reducer, bindings, fields, count = "u.parts", load, join, finish } = parts;
  const bySubgroup = reducer === "subgroup";
  return defineKernel({
    name,
    ...(bySubgroup && { features: ["subgroups"] as const }),
    workgroupSize: WORKGROUP_SIZE[reducer],
    bindings,
    uniforms: { ...common, ...parts.uniforms } as Record<U | keyof typeof common, "u32" | "f32">,
    functions: `
struct Part { ${Object.entries(fields)
      .map(([field, type]) => `${field}: ${type}`)
      .join(", ")} }
fn load_part(part: u32, quad: u32) -> Part {
${load}
}
fn join_parts(seen: Part, next: Part) -> Part {
${join}
}`,
    body: `
let quad = ${bySubgroup ? "group" : "thread"};
if (quad >= u.quads) { return; }
var whole = Part();
{
let count = ${count};
${bySubgroup ? TAKE_SHARE : TAKE_ALL}
for (var part = first; part < last; part++) { whole = join_parts(whole, load_part(part, quad)); }
${bySubgroup ? joinLanes(fields) : ""}
}
${finish}`,
  });
}

export const planReduction = (quads: number, { reducer }: { reducer: Reducer }) => ({
  threads: reducer === "subgroup" ? quads * WORKGROUP_SIZE.subgroup : quads,
});

// A list of dispatches: recorded once, compiled, then run as often as wanted. Knows no network.
import { ELEMENT_BYTES, type Kernel } from "./kernel";

/** A buffer that dispatches refer to. It is planned with them, so that its bytes are known before any are taken. */
export interface PlannedBuffer {
  label: string;
  bytes: number;
  /** Null until it is allocated. */
  buffer: GPUBuffer | null;
}

export interface Dispatch {
  kernel: Kernel;
  bindings: Readonly<Record<string, PlannedBuffer>>;
  uniforms: Readonly<Record<string, number>>;
  workgroups: number;
  /** Multiply-adds count two. */
  flop: number;
  /** Of large arrays, read and written at the least. */
  bytes: number;
}

/**
 * Checks at compile time that a kernel gets all its bindings and uniforms. `touched` counts the elements (quads, or scalars) of each large
 * array that are read or written at the least, once for each way.
 */
export function dispatch<B extends string, U extends string>(
  kernel: Kernel<B, U>,
  bindings: Record<B, PlannedBuffer>,
  uniforms: Record<U, number>,
  size: { threads: number; flop?: number; touched?: Partial<Record<B, number>> },
): Dispatch {
  const workgroups = Math.ceil(size.threads / kernel.workgroupSize);
  const touched = Object.entries<number | undefined>(size.touched ?? {});
  const bytes = touched.reduce((sum, [name, count = 0]) => sum + count * ELEMENT_BYTES[kernel.bindings[name as B].format], 0);
  return { kernel, bindings, uniforms, workgroups, flop: size.flop ?? 0, bytes };
}

const compiled = new WeakMap<GPUDevice, Map<string, Promise<GPUComputePipeline>>>();

function layoutOf(device: GPUDevice, kernel: Kernel): GPUBindGroupLayout {
  const storage = Object.values(kernel.bindings).map(({ access }, index) => ({
    binding: index + 1,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type: access === "read" ? ("read-only-storage" as const) : ("storage" as const) },
  }));
  const uniform = { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform" as const } };
  return device.createBindGroupLayout({ entries: [uniform, ...storage] });
}

/** The kernel's pipeline; each source is compiled once for a device. */
function compileKernel(device: GPUDevice, kernel: Kernel): Promise<GPUComputePipeline> {
  const known = compiled.get(device) ?? new Map<string, Promise<GPUComputePipeline>>();
  compiled.set(device, known);
  const earlier = known.get(kernel.wgsl);
  if (earlier) return earlier;
  const pipeline = device.createComputePipelineAsync({
    label: kernel.name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layoutOf(device, kernel)] }),
    compute: { module: device.createShaderModule({ label: kernel.name, code: kernel.wgsl }), entryPoint: "main" },
  });
  known.set(kernel.wgsl, pipeline);
  // A failure may pass: the next to ask tries again.
  pipeline.catch(() => known.delete(kernel.wgsl));
  return pipeline;
}

/** Compiles what is not compiled yet, side by side. */
export async function compileKernels(
  device: GPUDevice,
  dispatches: readonly Dispatch[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<void> {
  const kernels = [...new Map(dispatches.map(({ kernel }) => [kernel.wgsl, kernel])).values()];
  let done = 0;
  onProgress(done, kernels.length);
  await Promise.all(
    kernels.map(async (kernel) => {
      await compileKernel(device, kernel);
      onProgress(++done, kernels.length);
    }),
  );
}

/** WebGPU's alignment of uniform offsets; no adapter asks for more. */
const OFFSET_ALIGNMENT = 256;
const MAX_WORKGROUPS = 65_535;

interface Ready {
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  x: number;
  y: number;
}

/** A list that is ready to run: nothing is made anew from step to step but the commands themselves. */
export interface DispatchList {
  readonly dispatches: readonly Dispatch[];
  readonly gpuBytes: number;
  /** Gives one dispatch other uniforms from the next `run` on. */
  setUniforms(index: number, uniforms: Readonly<Record<string, number>>): void;
  encode(encoder: GPUCommandEncoder, from?: number, to?: number): void;
  /** As `encode`, one pass a dispatch, timed by two timestamps each (`timestamp-query`). */
  encodeTimed(encoder: GPUCommandEncoder, times: GPUQuerySet, from: number, to: number): void;
  dispose(): void;
}

export async function prepareDispatches(device: GPUDevice, dispatches: readonly Dispatch[]): Promise<DispatchList> {
  const pipelines = await Promise.all(dispatches.map(({ kernel }) => compileKernel(device, kernel)));
  const stride = OFFSET_ALIGNMENT;
  const gpuBytes = Math.max(1, dispatches.length) * stride;
  const uniforms = device.createBuffer({
    label: "uniforms",
    size: gpuBytes,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });

  const fill = (view: DataView, { kernel }: Dispatch, values: Readonly<Record<string, number>>) => {
    kernel.uniforms.forEach((name, field) => {
      const value = values[name];
      if (value === undefined) throw new Error(`${kernel.name} has no ${name}`);
      if (kernel.floats.has(name)) view.setFloat32(field * 4, value, true);
      else view.setUint32(field * 4, value, true);
    });
  };
  const all = new ArrayBuffer(gpuBytes);
  dispatches.forEach((one, index) => {
    fill(new DataView(all, index * stride, stride), one, one.uniforms);
  });
  device.queue.writeBuffer(uniforms, 0, all);

  const ready = dispatches.map(({ kernel, bindings, workgroups }, index): Ready => {
    const pipeline = pipelines[index] as GPUComputePipeline;
    const buffers = Object.keys(kernel.bindings).map((name, at) => {
      const buffer = bindings[name]?.buffer;
      if (!buffer) throw new Error(`${kernel.name} has no buffer for ${name}`);
      return { binding: at + 1, resource: { buffer } };
    });
    const uniform = { binding: 0, resource: { buffer: uniforms, offset: index * stride, size: stride } };
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [uniform, ...buffers] });
    const y = Math.ceil(workgroups / MAX_WORKGROUPS);
    return { pipeline, group, x: Math.ceil(workgroups / y), y };
  });

  const encodeOne = (pass: GPUComputePassEncoder, { pipeline, group, x, y }: Ready) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y);
  };
  return {
    dispatches,
    gpuBytes,
    setUniforms(index, values) {
      const one = dispatches[index];
      if (!one) throw new Error(`No dispatch ${index}`);
      const data = new ArrayBuffer(kernelBytes(one.kernel));
      fill(new DataView(data), one, values);
      device.queue.writeBuffer(uniforms, index * stride, data);
    },
    encode(encoder, from = 0, to = ready.length) {
      const pass = encoder.beginComputePass();
      for (let index = from; index < to; index++) encodeOne(pass, ready[index] as Ready);
      pass.end();
    },
    encodeTimed(encoder, times, from, to) {
      for (let index = from; index < to; index++) {
        const at = (index - from) * 2;
        const pass = encoder.beginComputePass({
          timestampWrites: { querySet: times, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 },
        });
        encodeOne(pass, ready[index] as Ready);
        pass.end();
      }
    },
    dispose() {
      uniforms.destroy();
    },
  };
}

const kernelBytes = ({ uniforms }: Kernel) => Math.max(4, uniforms.length * 4);

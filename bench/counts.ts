// Counts what every engine asks of the device, stock or not. Times nothing.

export interface Counts {
  dispatches: number;
  /** Pipelines asked for. */
  pipelines: number;
  /** Of all buffers that live now, and at the most so far. */
  gpuBytes: number;
  gpuBytesPeak: number;
}

/** Call once in a process or page, before a device is opened: what it counts by stays in place. */
export function countCalls(): Counts {
  const counts: Counts = { dispatches: 0, pipelines: 0, gpuBytes: 0, gpuBytesPeak: 0 };
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args) {
    counts.dispatches++;
    return dispatchWorkgroups.apply(this, args);
  };
  const { createComputePipeline, createComputePipelineAsync, createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createComputePipeline = function (...args) {
    counts.pipelines++;
    return createComputePipeline.apply(this, args);
  };
  GPUDevice.prototype.createComputePipelineAsync = function (...args) {
    counts.pipelines++;
    return createComputePipelineAsync.apply(this, args);
  };
  const living = new WeakSet<GPUBuffer>();
  GPUDevice.prototype.createBuffer = function (...args) {
    const buffer = createBuffer.apply(this, args);
    living.add(buffer);
    counts.gpuBytes += buffer.size;
    counts.gpuBytesPeak = Math.max(counts.gpuBytesPeak, counts.gpuBytes);
    return buffer;
  };
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    if (living.delete(this)) counts.gpuBytes -= this.size;
    return destroy.apply(this);
  };
  return counts;
}

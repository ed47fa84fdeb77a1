// What a graphics card may have beyond plain WebGPU that the fused engine can use. Not what it must have: that is WebGPU itself.

/** As WebGPU calls them. */
export const KERNEL_FEATURES = ["shader-f16", "subgroups"] as const;
export type KernelFeature = (typeof KERNEL_FEATURES)[number];

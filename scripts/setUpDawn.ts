// Before each test file that runs on a driver: puts WebGPU where a browser has it.
import { openDawn } from "./vulkan";

await openDawn();

// For tests that compute: TF.js on Dawn, opened once a test file, with every complaint of the driver a failure. Not for scripts.
import { afterEach, beforeAll } from "vitest";
import { openWebGpu } from "../src/nn/backend";
import { openDawn } from "./vulkan";

/** Call at the top of a test file. */
export function openTestGpu(): void {
  let complaint: unknown;
  beforeAll(async () => {
    await openDawn();
    const opened = await openWebGpu({ allowSoftware: true });
    opened.failed.catch((error: unknown) => {
      complaint ??= error;
    });
  });
  afterEach(() => {
    if (complaint) throw complaint;
  });
}

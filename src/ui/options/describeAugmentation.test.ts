import { expect, it } from "vitest";
import { FASTAI_AUGMENTATION, NO_AUGMENTATION } from "../../protocol/settings";
import { describeAugmentation } from "./describeAugmentation";

it("names what changes a film, and nothing that does not", () => {
  expect(describeAugmentation(NO_AUGMENTATION)).toBe("off");
  expect(describeAugmentation(FASTAI_AUGMENTATION)).toBe("rotate 10°, zoom 1.1, lighting 0.2, contrast 0.2, warp 0.2");
  expect(describeAugmentation({ ...FASTAI_AUGMENTATION, augmentP: 0 })).toBe("off");
  expect(describeAugmentation({ ...FASTAI_AUGMENTATION, augmentP: 0, shift: 0.1, flip: true, mixup: 0.4 })).toBe(
    "flip, mixup 0.4",
  );
});

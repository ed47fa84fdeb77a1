// What is set of augmentation, in the few words that a closed group has room for.
import type { AugmentationSettings } from "../../protocol/settings";

export function describeAugmentation({ augmentP, flip, mixup, ...changes }: AugmentationSettings): string {
  const { rotate, zoom, shift, lighting, contrast, warp } = changes;
  const named = [
    rotate > 0 && `rotate ${rotate}°`,
    zoom > 1 && `zoom ${zoom}`,
    shift > 0 && `shift ${shift}`,
    lighting > 0 && `lighting ${lighting}`,
    contrast > 0 && `contrast ${contrast}`,
    warp > 0 && `warp ${warp}`,
  ];
  const words = [...(augmentP > 0 ? named : []), flip && "flip", mixup > 0 && `mixup ${mixup}`].filter((word) => word !== false);
  return words.length > 0 ? words.join(", ") : "off";
}

// What the image size may be, for every field that asks for it.

export const IMAGE_SIZES = { min: 32, max: 1024, unit: "px", suggestions: [32, 64, 128, 224, 320] };

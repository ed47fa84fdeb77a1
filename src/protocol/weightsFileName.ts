// Which files may hold weights by their names: where they are dropped, chosen, or called from the command line.

/** All but the first are torch.save's; the last is no archive, though PyTorch's ImageNet example calls its files so. */
export const WEIGHTS_EXTENSIONS = [".safetensors", ".pth", ".pt", ".pth.tar"] as const;

const extensionOf = (name: string): string | undefined =>
  WEIGHTS_EXTENSIONS.find((extension) => name.toLowerCase().endsWith(extension));

export const isWeightsFileName = (name: string): boolean => extensionOf(name) !== undefined;

export function withoutExtension(name: string): string {
  return name.slice(0, name.length - (extensionOf(name)?.length ?? 0));
}

// Which files may hold weights by their names: where they are dropped, chosen, or called from the command line.

/** torch.save's files have either of the last two. */
export const WEIGHTS_EXTENSIONS = [".safetensors", ".pth", ".pt"] as const;

const extensionOf = (name: string): string | undefined =>
  WEIGHTS_EXTENSIONS.find((extension) => name.toLowerCase().endsWith(extension));

export const isWeightsFileName = (name: string): boolean => extensionOf(name) !== undefined;

export function withoutExtension(name: string): string {
  return name.slice(0, name.length - (extensionOf(name)?.length ?? 0));
}

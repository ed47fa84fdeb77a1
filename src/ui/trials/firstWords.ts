// The beginning of a text, for where there is room for no more. Pure.

/** As many first words as `most` letters hold, one at least, on one line; an ellipsis where there are more. No word is cut. */
export function firstWords(text: string, most: number): string {
  const [first = "", ...words] = text.trim().split(/\s+/);
  let line = first;
  for (const word of words) {
    if (line.length + 1 + word.length > most) return `${line} …`;
    line += ` ${word}`;
  }
  return line;
}

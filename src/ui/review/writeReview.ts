// A review as one HTML file: what is on the page, still, in the light theme, with the styles that it needs. No script, no address.
import { collectRules, pruneVariables } from "./css";

/** Nothing may be loaded or run, whatever is in it. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
/** What only does something on the page. */
const CONTROLS = "button, input, select, label, [data-control]";

export interface WrittenReview {
  title: string;
  /** Pictures of films are left out otherwise. */
  withPictures: boolean;
}

/** @param sheet the review on the page, which is left as it is; its canvases become pictures, its text areas paragraphs */
export function writeReview(sheet: HTMLElement, { title, withPictures }: WrittenReview): string {
  const file = document.implementation.createHTMLDocument(title);
  file.documentElement.lang = document.documentElement.lang || "en";
  file.documentElement.setAttribute("data-mantine-color-scheme", "light");
  file.head.prepend(meta(file, { charset: "utf-8" }), meta(file, { "http-equiv": "Content-Security-Policy", content: POLICY }));
  file.head.append(meta(file, { name: "viewport", content: "width=device-width" }));
  const copy = file.importNode(sheet, true);
  file.body.append(copy);
  replaceEach(sheet, copy, "canvas", (canvas) => (withPictures ? drawPicture(file, canvas) : null));
  replaceEach(sheet, copy, "textarea", ({ value }) => writeWords(file, value));
  for (const control of copy.querySelectorAll(CONTROLS)) control.remove();
  for (const focusable of copy.querySelectorAll("[tabindex]")) focusable.removeAttribute("tabindex");
  const style = file.createElement("style");
  style.textContent = styleOf(file);
  file.head.append(style);
  return `<!doctype html>\n${file.documentElement.outerHTML}\n`;
}

function meta(file: Document, attributes: Record<string, string>): HTMLMetaElement {
  const element = file.createElement("meta");
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Each of the copy's elements by what is made of the original, which alone knows what was drawn or typed; null leaves it out. */
function replaceEach<Tag extends "canvas" | "textarea">(
  sheet: HTMLElement,
  copy: HTMLElement,
  tag: Tag,
  make: (original: HTMLElementTagNameMap[Tag]) => Node | null,
): void {
  const copies = [...copy.querySelectorAll(tag)];
  for (const [at, original] of [...sheet.querySelectorAll(tag)].entries()) {
    const made = make(original);
    if (made) copies[at]?.replaceWith(made);
    else copies[at]?.remove();
  }
}

function drawPicture(file: Document, canvas: HTMLCanvasElement): HTMLImageElement {
  const picture = file.createElement("img");
  picture.src = canvas.toDataURL("image/png");
  picture.alt = canvas.getAttribute("aria-label") ?? "";
  picture.className = canvas.className;
  return picture;
}

function writeWords(file: Document, words: string): Node {
  const written = file.createDocumentFragment();
  for (const line of words.split(/\n+/).filter((text) => text.trim() !== "")) {
    const paragraph = file.createElement("p");
    paragraph.textContent = line;
    written.append(paragraph);
  }
  if (!written.hasChildNodes()) written.append("Nothing was written of it.");
  return written;
}

/** The page's rules that match in the file. Its own document decides: there the theme is light, and nothing is hovered over. */
function styleOf(file: Document): string {
  const isUsed = (selector: string) => {
    try {
      return file.querySelector(selector) !== null;
    } catch {
      // What this browser cannot match, it does not draw.
      return false;
    }
  };
  const css = Array.from(document.styleSheets, (sheet) => collectRules(sheet.cssRules, isUsed)).join("");
  return pruneVariables(css, file.body.outerHTML);
}

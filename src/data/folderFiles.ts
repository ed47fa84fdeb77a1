// What holds of a folder's files wherever they come from.
import { LabError } from "../protocol/labError";

/** AppleDouble companions (`._x`), dot files and what archives and file managers leave behind. */
export function isJunk(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX" || name === "Thumbs.db" || name === "desktop.ini";
}

const JUNK_PART = /(?:^|\/)(?:\.|__MACOSX\/|(?:Thumbs\.db|desktop\.ini)$)/;

/** Whether a part of the path is such a name. */
export function isJunkPath(path: string): boolean {
  return JUNK_PART.test(path);
}

export function unreadable(path: string, reason: string): LabError {
  return new LabError("filmUnreadable", `${path} cannot be read: ${reason}`, path);
}

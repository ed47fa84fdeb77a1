// What holds of a folder's files wherever they come from.
import { LabError } from "../../protocol/labError";
import { FILM_EXTENSION } from "../labelFiles/formats/cells";

/** AppleDouble companions (`._x`), dot files and what archives and file managers leave behind. */
export function isJunk(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX" || name === "Thumbs.db" || name === "desktop.ini";
}

const JUNK_PART = /(?:^|\/)(?:\.|__MACOSX\/|(?:Thumbs\.db|desktop\.ini)$)/;

/** Whether a part of the path is such a name. */
export function isJunkPath(path: string): boolean {
  return JUNK_PART.test(path);
}

/** Archives export DICOM files under names such as `IM0001` or a UID, whose last part is no extension. */
const HAS_EXTENSION = /\.[a-z][a-z0-9]{0,7}$/i;
const NO_FILM = /(?:^|\/)(?:dicomdir|readme|licen[cs]e|copying|changelog|changes|authors|notice|version|makefile)$/i;

/** Whether a file may be a film by its name; not all such files can be decoded. */
export function isFilmFile(path: string): boolean {
  return FILM_EXTENSION.test(path) || !(HAS_EXTENSION.test(path) || NO_FILM.test(path));
}

export function unreadable(path: string, reason: string): LabError {
  return new LabError("filmUnreadable", `${path} cannot be read: ${reason}`, path);
}

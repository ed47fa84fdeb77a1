// Cuts a label file's text into rows of cells. It does not know what a header is.
import Papa, { type ParseResult } from "papaparse";
import { LabError } from "../../protocol/labError";
import type { LabelText } from "./labelText";

/** A row longer than this is a quote that was never closed. */
const MAX_ROW_CHARACTERS = 2 ** 20;
const SEPARATORS = [",", ";", "\t"];
/** NIH joins findings by it, so it separates columns only where nothing else does. */
const LAST_RESORT = "|";

export interface RowBatch {
  /** Blank lines are among them, as one blank cell. */
  rows: string[][];
  /** Line ends inside quoted cells: so many more lines the batch has than rows. */
  quotedLineEnds: number;
}

/**
 * Rows in batches of about a thousand, as they come.
 * @throws LabError badCsv naming the row: the first is row 1
 */
export async function* readRows({ pieces, complete }: LabelText, path: string): AsyncGenerator<RowBatch> {
  let parser: Papa.Parser | null = null;
  let rest = "";
  let rows = 0;
  const parse = (isLast: boolean): RowBatch => {
    parser ??= new Papa.Parser({ delimiter: guessSeparator(rest), newline: "\n" });
    const { data, errors, meta }: ParseResult<string[]> = parser.parse(rest, 0, !isLast);
    const [error] = errors;
    if (error) throw badQuote(path, rows + (error.row ?? data.length) + 1);
    const parsed = isLast ? `${rest}\n` : rest.slice(0, meta.cursor);
    rest = rest.slice(meta.cursor);
    rows += data.length;
    return { rows: data, quotedLineEnds: parsed.includes('"') ? countLineEnds(parsed) - data.length : 0 };
  };
  for await (const piece of pieces) {
    rest += piece;
    // The separator is told by the header, all of it.
    const batch = parser || rest.includes("\n") ? parse(false) : null;
    if (batch) yield batch;
    if (rest.length > MAX_ROW_CHARACTERS) throw badQuote(path, rows + 1);
  }
  // What follows the last line end of a head is half a row.
  if (complete && rest !== "") yield parse(true);
}

function countLineEnds(text: string): number {
  return text.split("\n").length - 1;
}

/** The separator that makes most columns of the first lines; of two alike the one on which more lines agree. */
function guessSeparator(text: string): string {
  const start = text.slice(0, 2 ** 16);
  let best = { separator: ",", columns: 1, agreeing: 0 };
  for (const separator of SEPARATORS) {
    const { data } = Papa.parse<string[]>(start, { delimiter: separator, newline: "\n", preview: 20 });
    const columns = data[0]?.length ?? 1;
    const agreeing = data.filter((row) => row.length === columns).length;
    if (columns > best.columns || (columns === best.columns && columns > 1 && agreeing > best.agreeing)) {
      best = { separator, columns, agreeing };
    }
  }
  return best.columns === 1 && start.slice(0, start.indexOf("\n")).includes(LAST_RESORT) ? LAST_RESORT : best.separator;
}

export function badQuote(path: string, row: number): LabError {
  const message = `${path}, row ${row}: a quotation mark is opened and not closed properly. Correct that row and open the folder again.`;
  return new LabError("badCsv", message, `${path}:${row}`);
}

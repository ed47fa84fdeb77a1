// A file's path, which may go on in the next line after any of its folders.
import { Fragment } from "react";

export function PathText({ path }: { path: string }) {
  return path.split(/(?<=\/)/).map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is nothing but its place in the path
    <Fragment key={at}>
      {part}
      <wbr />
    </Fragment>
  ));
}

// Paper is white: while the page is printed it is in the light theme, whichever the reader has chosen.
import { useEffect } from "react";

const SCHEME = "data-mantine-color-scheme";

export function useLightPrint(): void {
  useEffect(() => {
    const root = document.documentElement;
    let chosen: string | null = null;
    const lighten = () => {
      chosen ??= root.getAttribute(SCHEME);
      root.setAttribute(SCHEME, "light");
    };
    const restore = () => {
      if (chosen !== null) root.setAttribute(SCHEME, chosen);
      chosen = null;
    };
    window.addEventListener("beforeprint", lighten);
    window.addEventListener("afterprint", restore);
    return () => {
      restore();
      window.removeEventListener("beforeprint", lighten);
      window.removeEventListener("afterprint", restore);
    };
  }, []);
}

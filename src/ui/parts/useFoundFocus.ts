// Focus that fell to the page, because what held it is gone, is taken up by what came in its place. It takes focus from nothing.
import { type RefObject, useEffect, useRef } from "react";

/** For the element that the reference is given to, once it is mounted. A page just loaded keeps its focus at the top. */
export function useFoundFocus<Element extends HTMLElement>(): RefObject<Element | null> {
  const element = useRef<Element>(null);
  useEffect(() => {
    const isLost = document.activeElement === document.body && navigator.userActivation?.hasBeenActive;
    if (isLost) element.current?.focus({ preventScroll: true });
  }, []);
  return element;
}

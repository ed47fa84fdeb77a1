// The rules of a page's style sheets that a part of it needs to look the same by itself, as text. It knows no document: what is used, it asks.

/** Of a rule as browsers hand it out: a style rule has a selector, a group such as `@media` has rules. */
export interface RuleLike {
  cssText: string;
  selectorText?: string;
  style?: { cssText: string };
  cssRules?: Iterable<RuleLike>;
}

/**
 * Rules for what never changes by itself: no animation, no font, no address. Of a rule that nests others only its own declarations are kept.
 * @param isUsed whether a selector, without pseudo-elements, matches anything
 */
export function collectRules(rules: Iterable<RuleLike>, isUsed: (selector: string) => boolean): string {
  return Array.from(rules, (rule) => writeRule(rule, isUsed)).join("");
}

function writeRule({ cssText, selectorText, style, cssRules }: RuleLike, isUsed: (selector: string) => boolean): string {
  if (/^@page\b/.test(cssText)) return `${cssText}\n`;
  if (selectorText !== undefined) {
    const used = splitSelectors(selectorText).filter((selector) => isUsed(withoutPseudoElements(selector)));
    const body = withoutAddresses(style?.cssText ?? "");
    return used.length > 0 && body ? `${used.join(",")}{${body}}\n` : "";
  }
  if (!cssRules || !/^@(media|supports|layer|container)\b/.test(cssText)) return "";
  const inner = collectRules(cssRules, isUsed);
  return inner && `${cssText.slice(0, cssText.indexOf("{"))}{${inner}}\n`;
}

/** At the commas that stand in no brackets. */
function splitSelectors(list: string): string[] {
  const selectors = [""];
  let depth = 0;
  for (const letter of list) {
    if (letter === "(" || letter === "[") depth++;
    if (letter === ")" || letter === "]") depth--;
    if (letter === "," && depth === 0) selectors.push("");
    else selectors[selectors.length - 1] += letter;
  }
  return selectors.map((selector) => selector.trim());
}

function withoutPseudoElements(selector: string): string {
  return selector.replace(/::[\w-]+(\([^)]*\))?/g, "").replace(/(^|[\s>+~])$/, "$1*");
}

function withoutAddresses(declarations: string): string {
  return declarations.replace(/[\w-]+\s*:[^;]*url\([^)]*\)[^;]*(;|$)/g, "").trim();
}

/** Without the variables that neither the rules nor `markup` refer to: a theme has hundreds. */
export function pruneVariables(css: string, markup: string): string {
  const used = new Set(Array.from(`${css}${markup}`.matchAll(/var\(\s*(--[\w-]+)/g), ([, name]) => name));
  const pruned = css.replace(/(--[\w-]+)\s*:[^;}]*(;|(?=\}))/g, (declaration, name) => (used.has(name) ? declaration : ""));
  // What was left out may have been all that referred to others.
  return pruned === css ? css : pruneVariables(pruned, markup);
}

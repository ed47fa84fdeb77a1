import { describe, expect, it } from "vitest";
import { collectRules, pruneVariables, type RuleLike } from "./css";

const style = (selectorText: string, body: string): RuleLike => ({
  selectorText,
  style: { cssText: body },
  cssText: `${selectorText} { ${body} }`,
});
const group = (prelude: string, ...cssRules: RuleLike[]): RuleLike => ({
  cssRules,
  cssText: `${prelude} { ${cssRules.map(({ cssText }) => cssText).join(" ")} }`,
});
const uses =
  (...selectors: string[]) =>
  (selector: string) =>
    selectors.includes(selector);

describe("the rules of a part", () => {
  it("are those whose selector matches, each without the selectors that do not", () => {
    const rules = [style(".a, .b", "color: red;"), style(".c", "color: blue;"), style(".a:is(p, .b)", "margin: 0px;")];
    expect(collectRules(rules, uses(".a", ".a:is(p, .b)"))).toBe(".a{color: red;}\n.a:is(p, .b){margin: 0px;}\n");
  });

  it("hold those of a pseudo-element where what it belongs to is there", () => {
    const rules = [style(".a::before", "top: 0px;"), style("::before", "top: 1px;"), style(".b::after", "top: 2px;")];
    expect(collectRules(rules, uses(".a", "*"))).toBe(".a::before{top: 0px;}\n::before{top: 1px;}\n");
  });

  it("stay in their media query, which goes with its last rule", () => {
    const print = group("@media print", style(".a", "color: red;"), style(".b", "color: blue;"));
    expect(collectRules([print], uses(".a"))).toBe("@media print {.a{color: red;}\n}\n");
    expect(collectRules([print], uses(".c"))).toBe("");
  });

  it("hold the margins of a sheet of paper, which no selector asks for", () => {
    const page = { ...style("", "margin: 14mm;"), cssText: "@page { margin: 14mm; }" };
    expect(collectRules([page], uses())).toBe("@page { margin: 14mm; }\n");
  });

  it("name no address, and neither animations nor fonts", () => {
    const rules = [
      style(".a", 'color: red; background: url("https://elsewhere.example/x.png") 0px; margin: 0px;'),
      style(".a", "background-image: url(x.png)"),
      group("@keyframes breathe", { cssText: "50% { opacity: 0; }" }),
      { cssText: '@font-face { src: url("x.woff2"); }' },
    ];
    expect(collectRules(rules, uses(".a"))).toBe(".a{color: red;  margin: 0px;}\n");
  });
});

it("keeps the variables that something refers to, in the rules, in the markup or in another that is kept", () => {
  const css = ":root{--a: 1px;--b: var(--a);--c: var(--d);--d: 2px;--e: red}\n.x{top: var(--b)}\n";
  expect(pruneVariables(css, '<i style="color: var(--e)">')).toBe(":root{--a: 1px;--b: var(--a);--e: red}\n.x{top: var(--b)}\n");
});

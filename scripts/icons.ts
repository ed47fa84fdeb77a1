// Draws the installed lab's icons from public/icon.svg: `node scripts/run.mjs scripts/icons.ts`. What they are for is public/manifest.json's.
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { browserArgs, ensureBrowser } from "./browser.mjs";

const svg = `data:image/svg+xml;base64,${readFileSync("public/icon.svg").toString("base64")}`;
/** The icon's own, for systems that cut icons to a shape of theirs. */
const GROUND = "#12161b";

/** @param share of the side that the icon takes; what a mask leaves of any icon is a circle of 0.8 of the side */
const ICONS = [
  { name: "icon-192", side: 192, share: 1, ground: "transparent" },
  { name: "icon-512", side: 512, share: 1, ground: "transparent" },
  { name: "icon-maskable", side: 512, share: 0.72, ground: GROUND },
];

const browser = await chromium.launch({ executablePath: ensureBrowser(), args: browserArgs() });
const page = await browser.newPage();
for (const { name, side, share, ground } of ICONS) {
  await page.setViewportSize({ width: side, height: side });
  await page.setContent(
    `<style>body{margin:0;height:100vh;display:grid;place-items:center;background:${ground}}</style><img width="${side * share}" src="${svg}">`,
  );
  await page.screenshot({ path: `public/${name}.png`, omitBackground: true });
}
await browser.close();

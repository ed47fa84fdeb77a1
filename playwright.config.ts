import { defineConfig } from "@playwright/test";
import { browserArgs, ensureBrowser } from "./scripts/browser.mjs";

const port = Number(process.env.E2E_PORT ?? 4199);

export default defineConfig({
  testDir: "e2e",
  outputDir: ".cache/e2e",
  // A test is seldom busy on more than one core: it prepares films, waits for a small network's steps, or for the page.
  workers: 2,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [["list"], ...(process.env.E2E_REPORT ? [["json", { outputFile: process.env.E2E_REPORT }] as const] : [])],
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath: ensureBrowser(), args: browserArgs() },
    actionTimeout: 30_000,
    screenshot: "only-on-failure",
  },
  // The command of the README: what is tested is what a person gets.
  webServer: { command: "npm start", port, timeout: 120_000, env: { PORT: String(port) }, reuseExistingServer: false },
});

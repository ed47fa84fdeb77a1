// `npm test`: format and lint with the import rules, types, unit and kernel tests, end-to-end tests in a real Chromium.
// Every stage runs, whatever the one before said; the last line sums all of it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { ensureBrowser } from "./browser.mjs";
import { ensureTorch } from "./torch.mjs";

const out = ".cache/test";
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const total = { passed: 0, failed: 0, skipped: 0 };

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
    shell: process.platform === "win32",
  });
  return status === 0;
}

function stage(name, work) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  const { passed = 0, failed = 0, skipped = 0 } = work();
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  console.log(
    `== ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${Math.round((Date.now() - started) / 1000)} s`,
  );
}

/** A stage of one check: a tool that passes or does not. */
const check = (name, ...command) => stage(name, () => (run("npx", command) ? { passed: 1 } : { failed: 1 }));

/** A stage whose runner writes its counts to a report; one that wrote none has failed. */
function suite(name, command, report, count, env) {
  stage(name, () => {
    const succeeded = run("npx", command, env);
    if (!existsSync(report)) return { failed: 1 };
    const counts = count(JSON.parse(readFileSync(report, "utf8")));
    return succeeded || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  });
}

const browser = ensureBrowser();
run(process.execPath, ["scripts/setUpVulkan.mjs"]);
ensureTorch();

check("Format, lint, import rules", "biome", "ci", "--error-on-warnings", ".");
check("Types of the page", "tsc", "-p", "tsconfig.page.json");
check("Types of the workers", "tsc", "-p", "tsconfig.worker.json");
check("Types of the kernels' tests as the page runs them", "tsc", "-p", "tsconfig.check.json");
check("Types of tests and scripts", "tsc", "-p", "tsconfig.node.json");
suite(
  "Unit and kernel tests",
  ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${out}/unit.json`],
  `${out}/unit.json`,
  (report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }),
);
suite(
  "End to end",
  ["playwright", "test"],
  `${out}/e2e.json`,
  ({ stats }) => ({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }),
  { CHROMIUM_PATH: browser, E2E_REPORT: `${out}/e2e.json` },
);

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);

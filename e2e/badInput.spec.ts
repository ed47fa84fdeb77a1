// Bad input, each as a person meets it: a clear sentence, never a blank page.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import { settle } from "./runSupport";
import { dropFolder, expect, fill, goToStep, prepareDrawnFilms, status, test, waitForEvents } from "./support";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==", "base64");
const HEADER = "Path,Sex,Age,Frontal/Lateral,AP/PA,Cardiomegaly";

function makeFolder(root: string, files: Record<string, string | Buffer>): string {
  mkdirSync(root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const films = (n: number) =>
  Object.fromEntries(
    Array.from({ length: n }, (_, i) => [`train/patient${String(i).padStart(5, "0")}/study1/view1_frontal.jpg`, PNG]),
  );
const rows = (n: number, label: (i: number) => string, eol = "\n") =>
  [HEADER, ...Object.keys(films(n)).map((path, i) => `Some-Prefix/${path},Male,50,Frontal,AP,${label(i)}`), ""].join(eol);

const REFUSED: [string, Record<string, string | Buffer>, RegExp][] = [
  ["a folder with no CSV", films(3), /label CSV/],
  [
    "a CSV with no usable column",
    {
      ...films(2),
      "train.csv": `Path,Age\n${Object.keys(films(2))
        .map((p, i) => `${p},${i / 7}`)
        .join("\n")}\n`,
    },
    /column/,
  ],
  ["an empty CSV", { ...films(2), "train.csv": "" }, /train\.csv/],
  ["one class only", { ...films(4), "train.csv": rows(4, () => "1.0") }, /class|negative/],
];

for (const [what, files, sentence] of REFUSED) {
  test(`${what} ends in a sentence`, async ({ lab }, info) => {
    await dropFolder(lab, makeFolder(info.outputPath("films"), files));
    await expect(lab.getByRole("main")).toContainText(sentence);
    await expect(lab.getByRole("button", { name: "Prepare films", exact: true, disabled: false })).toHaveCount(0);
  });
}

test("an empty folder ends in a sentence", async ({ lab }, info) => {
  await dropFolder(lab, makeFolder(info.outputPath("films"), {}));
  await expect(lab.getByRole("main")).toContainText(/no file|empty/i);
});

test("BOM, CRLF, quotes, duplicates, __proto__ and climbing paths are read for what they are", async ({ lab }, info) => {
  const lines = rows(6, (i) => (i % 2 ? "1.0" : "0.0"), "\r\n")
    .trimEnd()
    .split("\r\n");
  const [header, ...body] = lines;
  const csv = [
    `\uFEFF${header},__proto__`,
    ...body.map((line) => `"${line.replace(",", '",')},1`),
    `${body[0]},0`,
    `../../secret.jpg,Male,50,Frontal,AP,1.0,1`,
    `Some-Prefix/train/patient99999/study1/view1_frontal.jpg,Male,50,Frontal,AP,1.0,1`,
    "",
  ].join("\r\n");
  await dropFolder(lab, makeFolder(info.outputPath("films"), { ...films(7), "train.csv": csv }));
  const [indexed] = await waitForEvents(lab, "indexed");
  expect(indexed).toMatchObject({ films: 7, duplicateRows: 1, rejectedRows: 1, rowsWithoutFilm: 1, filmsWithoutRow: 1 });
});

test("a film that cannot be read is set aside with its reason, and the job goes on", async ({ lab }, info) => {
  const broken = {
    ...films(12),
    "train/patient00003/study1/view1_frontal.jpg": "",
    "train/patient00004/study1/view1_frontal.jpg": PNG.subarray(0, 40),
  };
  await dropFolder(
    lab,
    makeFolder(info.outputPath("films"), { ...broken, "train.csv": rows(12, (i) => (i % 2 ? "1.0" : "0.0")) }),
  );
  await waitForEvents(lab, "indexed");
  await fill(lab, "Image size", 32);
  await lab.getByLabel("Validation share", { exact: true }).selectOption("0.3");
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  const [prepared] = await waitForEvents(lab, "prepared");
  const failed = prepared?.failed as { path: string; reason: string }[];
  expect(failed.map(({ path }) => path).sort()).toEqual([
    expect.stringContaining("patient00003"),
    expect.stringContaining("patient00004"),
  ]);
  for (const { reason } of failed) expect(reason.length).toBeGreaterThan(10);
});

test("a loss that is no number stops the run, keeps the checkpoint and says what to try", async ({ lab }) => {
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "LR Find");
  await lab.getByLabel("Architecture", { exact: true }).selectOption("densenet-mini");
  await goToStep(lab, "Train");
  await fill(lab, "Max LR", "1e30");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  const [failed] = await waitForEvents(lab, "failed");
  expect(failed).toMatchObject({ code: "lossNotFinite", message: expect.stringMatching(/step \d+.*Max LR/s) });
  await expect(lab.getByRole("main")).toContainText(/Max LR/);
});

test("a full disk says so and keeps what was prepared", async ({ lab, baseURL }) => {
  await lab.getByRole("button", { name: "Try with drawn films" }).click();
  await waitForEvents(lab, "indexed");
  await fill(lab, "Image size", 320);
  const session = await lab.context().newCDPSession(lab);
  const { usage } = await session.send("Storage.getUsageAndQuota", { origin: baseURL ?? "" });
  await session.send("Storage.overrideQuotaForOrigin", { origin: baseURL ?? "", quotaSize: usage + 5_000_000 });
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  const [failed] = await waitForEvents(lab, "failed");
  expect(failed?.code).toBe("storageFull");
  await expect(status(lab)).toContainText(/storage|disk|space/i);
});

test("the page and its workers can reach nothing but themselves", async ({ lab }) => {
  const refused = await lab.evaluate(async () => {
    const attempt = (url: string) =>
      fetch(url).then(
        () => "reached",
        () => "refused",
      );
    return attempt("https://example.com/");
  });
  expect(refused).toBe("refused");
  for (const worker of lab.workers()) {
    const fromWorker = await worker.evaluate(() =>
      fetch("https://example.com/").then(
        () => "reached",
        () => "refused",
      ),
    );
    expect(fromWorker).toBe("refused");
  }
});

test("a film that vanishes before it is prepared is set aside; afterwards the folder is no longer needed", async ({
  lab,
}, info) => {
  await settle(lab, { batchSize: 4, epochs: 1, validation: 0.4, balance: "none" });
  const names = Object.keys(films(24));
  const root = makeFolder(info.outputPath("films"), { "train.csv": rows(24, (i) => (i % 2 ? "1.0" : "0.0")) });
  names.forEach((name, i) => {
    const data = Uint8Array.from({ length: 40 * 40 }, (_, pixel) => (pixel * (i + 3)) % 256);
    makeFolder(root, { [name]: Buffer.from(encode({ width: 40, height: 40, channels: 1, depth: 8, data })) });
  });
  await dropFolder(lab, root);
  await waitForEvents(lab, "indexed");
  const [vanished = ""] = names;
  rmSync(join(root, vanished));
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  const [prepared] = await waitForEvents(lab, "prepared");
  expect(prepared?.failed).toEqual([{ path: vanished, reason: expect.stringMatching(/\w/) }]);
  await expect(status(lab)).toContainText("1 film set aside");

  rmSync(root, { recursive: true });
  await goToStep(lab, "Train");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  await waitForEvents(lab, "trained");
});

test("an address to which browsers give neither WebGPU nor storage: the page says how to open it", async ({ lab }) => {
  await lab.addInitScript(() => Object.defineProperty(window, "isSecureContext", { value: false }));
  await lab.reload();
  await expect(lab.getByRole("main")).toContainText("http://localhost");
});

// Weights that come in: PyTorch's files, files at an address, and an earlier trial's at another image size.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname } from "node:path";
import type { Page } from "@playwright/test";
import { InferenceSession } from "onnxruntime-node";
import { acceptAdapter, takeTorchBundle } from "../scripts/driveLab";
import { DENSENETS, listArrays } from "../src/nn/densenet";
import { initialise } from "../src/nn/initialise";
import { makeStateDictFile } from "../src/nn/torchFiles/testSupport";
import { writeWeights } from "../src/nn/weights";
import { readZip } from "../src/storage/zip";
import {
  dropFile,
  eventsOf,
  expect,
  expectAccessible,
  fill,
  goToStep,
  prepareDrawnFilms,
  status,
  test,
  waitForEvents,
} from "./support";

const CLASSES = 1000;
/** As if from ImageNet: a thousand classes, and nothing said of them. */
const weights = new Uint8Array(makeStateDictFile(initialise(listArrays(DENSENETS["densenet-mini"], CLASSES), 1)));
const FILE = { name: "mini.pth", mimeType: "application/octet-stream", buffer: Buffer.from(weights) };
/** As torchxrayvision's: one channel, eighteen findings. */
const grey = initialise(listArrays(DENSENETS["densenet-mini"], 18), 1);
const { data: stem } = grey.get("features.conv0.weight")!;
grey.set("features.conv0.weight", { shape: [8, 1, 7, 7], data: stem.slice(0, stem.length / 3) });
const XRV = { ...FILE, name: "xrv.pt", buffer: Buffer.from(makeStateDictFile(grey)) };
const REPLACED = "Classifier replaced: the weights tell 1000 classes, 1 is learnt.";

/** Gives its file to pages of every origin, under /closed to none, and under /slow never to its end. */
async function serve(use: (address: string, asked: string[]) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = createServer(({ url = "", method }, response) => {
    asked.push(`${method} ${url}`);
    if (!url.startsWith("/closed")) response.setHeader("Access-Control-Allow-Origin", "*");
    if (url.startsWith("/gone")) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Length": weights.length });
    if (url.startsWith("/slow")) return response.write(weights.subarray(0, 100));
    response.end(weights);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://localhost:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function load(page: Page, address: string): Promise<void> {
  await page.getByLabel("Address of the weights").fill(address);
  await page.getByRole("button", { name: "Load", exact: true }).click();
}

async function download(page: Page, button: string | RegExp): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: typeof button === "string" }).click(),
  ]);
  return readFileSync(await file.path());
}

test("a PyTorch file of other classes is begun from with another classifier, which page and trial say", async ({ lab }) => {
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "LR Find");
  await lab.getByLabel("Choose weights file", { exact: true }).setInputFiles(FILE);
  await waitForEvents(lab, "weights");
  await expect(lab.getByLabel("Architecture", { exact: true })).toHaveValue("densenet-mini");
  await expect(lab.getByRole("main")).toContainText(REPLACED);
  await fill(lab, "Epochs", 1);
  await goToStep(lab, "Train");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  await waitForEvents(lab, "trained");
  const trial = JSON.parse((await download(lab, "Download trial")).toString());
  expect(trial).toMatchObject({
    parent: FILE.name,
    beginning: { name: FILE.name, which: null, sha256: createHash("sha256").update(weights).digest("hex"), replaced: REPLACED },
  });

  // The card says which weights it is of, to the bit.
  await goToStep(lab, "Trials");
  const card = JSON.parse((await download(lab, `Model card (JSON) of ${trial.trial.replace("-", " ")}`)).toString());
  const taken = await download(lab, `Weights of ${trial.trial.replace("-", " ")}`);
  expect(card.weights.sha256).toBe(createHash("sha256").update(taken).digest("hex"));
  expect(card.validation.targets).toHaveLength(1);
  const files: string[] = [];
  lab.on("download", (file) => files.push(file.suggestedFilename()));
  const [text] = await Promise.all([
    lab.waitForEvent("download"),
    lab.getByRole("button", { name: `Model card of ${trial.trial.replace("-", " ")}`, exact: true }).dblclick(),
  ]);
  expect(readFileSync(await text.path(), "utf8")).toContain("# Model card: trial-");

  // The network goes out in the formats of others, each run by the page before it is handed over.
  for (const [item, ending] of [
    ["ONNX", ".onnx"],
    ["TensorFlow.js", "-tfjs.zip"],
  ] as const) {
    const [file] = await Promise.all([
      lab.waitForEvent("download"),
      lab.getByRole("button", { name: new RegExp(`^${item} of trial \\d+$`) }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`${trial.trial}${ending}`);
    await expect(status(lab)).toContainText("it was run, and gives this lab's logits");
    if (ending === ".onnx") {
      const session = await InferenceSession.create(await file.path());
      expect([...session.inputNames, ...session.outputNames]).toEqual(["images", "logits", "probabilities"]);
    }
  }

  // By a double click once.
  expect(files.map((name) => extname(name))).toEqual([".md", ".onnx", ".zip"]);

  // All that it takes to train on in PyTorch, the prepared films too; what it began from was a file, which is not kept.
  const path = await takeTorchBundle(lab, Number(trial.trial.slice("trial-".length)), "films", test.info().outputDir);
  expect(basename(path)).toBe(`${trial.trial}-torch-films.zip`);
  const bundle = new Blob([readFileSync(path)]);
  await expect(status(lab)).toContainText(`began from ${FILE.name}, which is not in the lab any more`);
  const inBundle = new Map((await readZip(bundle)).map(({ name, content }) => [name.replace(/^.*\//, ""), content]));
  expect(inBundle.has("begin.safetensors")).toBe(false);
  expect(JSON.parse(await inBundle.get("recipe.json")!.text())).toEqual(trial);
  const [, first, ...rows] = (await inBundle.get("sample.csv")!.text()).trimEnd().split("\n");
  expect(first).toMatch(/^Drawn films\/(train\/patient\d+\/study\d\/view1_frontal\.bmp),\1,train,\d+,[0-9a-f]{32},[01]$/);
  expect(inBundle.get("films.bin")!.size).toBe((1 + rows.length) * 32 ** 2);

  await goToStep(lab, "LR Find");
  await lab.getByLabel("Choose weights file", { exact: true }).setInputFiles(XRV);
  await waitForEvents(lab, "weights", 2);
  await expect(status(lab)).toContainText("Films are scaled to [-1024, 1024] from now on.");
  const page = lab.getByRole("main");
  await expect(page).toContainText(
    "torchxrayvision DenseNet-mini, 18 findings, one-channel stem, films scaled to [-1024, 1024].",
  );
  await expect(page).toContainText("Of 18 classes that the weights tell, Cardiomegaly is gone on with; the rest is left out.");
  await lab.locator("details > summary", { hasText: "Transfer" }).click();
  await expect(lab.getByLabel("Normalisation", { exact: true })).toHaveValue("xrv");
  await lab.getByLabel("Normalisation", { exact: true }).selectOption("imagenet");
  await expect(page).toContainText(
    "These weights were trained on films scaled to [-1024, 1024], and Normalisation scales them by",
  );
  await expectAccessible(lab, "weights of films on another scale");
  await lab.getByRole("button", { name: "Scale films as they want" }).click();
  await expect(page).not.toContainText("Normalisation scales them by");
  await goToStep(lab, "Evaluate");
  await lab.getByRole("button", { name: "Evaluate", exact: true }).click();
  const [evaluated] = await waitForEvents(lab, "evaluated");
  expect(evaluated).toMatchObject({ targets: [{ target: "Cardiomegaly" }] });
});

test("a dropped weights file is taken too, PyTorch's or safetensors", async ({ lab }) => {
  const own = initialise(listArrays(DENSENETS["densenet-mini"], 1), 1);
  const written = new Uint8Array(
    writeWeights(own, { arch: "densenet-mini", head: "linear", normalisation: "imagenet", classes: ["Edema"], imageSize: 32 }),
  );
  await dropFile(lab, FILE.name, weights);
  await expect(status(lab)).toContainText("mini.pth is taken: densenet-mini, 1,000 classes.");
  await dropFile(lab, "mini.safetensors", written);
  await expect(status(lab)).toContainText("mini.safetensors is taken: densenet-mini, Edema.");
  await goToStep(lab, "LR Find");
  await expect(lab.getByRole("main")).toContainText("mini.safetensors");
});

test("a file that asks for something to be run is refused by name, and nothing is taken", async ({ lab }) => {
  await goToStep(lab, "LR Find");
  const buffer = Buffer.from(
    Buffer.from(weights).toString("latin1").replace("ctorch._utils\n_rebuild_tensor_v2\n", "cos\nsystem\n"),
    "latin1",
  );
  await lab.getByLabel("Choose weights file", { exact: true }).setInputFiles({ ...FILE, buffer });
  await expect(lab.getByRole("alert")).toContainText(
    "mini.pth cannot be read as a PyTorch file: it asks for os.system: the lab reads data only.",
  );
  expect(await eventsOf(lab, "weights")).toEqual([]);
});

// Not the fixture `lab`, which fails where anything leaves the page's origin.
test("a file at an address is read where its server lets pages, and other ends are told apart", async ({ page }) => {
  await page.goto("/");
  await acceptAdapter(page);
  await goToStep(page, "LR Find");
  await expect(page.getByLabel("Address of the weights")).toBeHidden();
  await page.getByText("From a URL").click();
  await serve(async (address, asked) => {
    const { host } = new URL(address);
    expect(await page.locator("iframe").count()).toBe(0);
    await load(page, `${address}/mini.pth`);
    await expect(status(page)).toContainText("mini.pth is taken: densenet-mini, 1,000 classes.");
    await load(page, `${address}/gone/mini.pth`);
    await expect(page.getByRole("alert")).toContainText(`${host} answers 404 for this address: there is no such file.`);
    await load(page, `${address}/closed/mini.pth`);
    await expect(page.getByRole("alert")).toContainText("does not let pages read its files");
    await load(page, `${address}/slow/mini.pth`);
    await expect(page.getByRole("progressbar", { name: "Weights loaded" })).toBeVisible();
    expect(await page.locator("iframe").count()).toBe(1);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(status(page)).toContainText("The download is stopped.");
    expect(await page.locator("iframe").count()).toBe(0);
    expect(asked.filter((line) => !line.startsWith("GET"))).toEqual(["HEAD /closed/mini.pth"]);
  });
  await page.route("**/fetchWeights.html", (route) =>
    route.fulfill({ status: 404, contentType: "text/html", body: "Not found" }),
  );
  await load(page, "http://localhost:9/mini.pth");
  await expect(page.getByRole("alert")).toContainText("does not serve the lab's page fetchWeights.html");
  await page.unroute("**/fetchWeights.html");
  await load(page, "http://localhost:9/mini.pth");
  await expect(page.getByRole("alert")).toContainText("localhost:9 cannot be reached.");
  await load(page, "http://example.org/mini.pth");
  await expect(page.getByRole("alert")).toContainText("is no address of a file. Type one that begins with https://");
});

test("the page itself still connects nowhere, nor by the frame that may", async ({ page, request, baseURL }) => {
  await page.goto("/");
  await serve(async (address, asked) => {
    const reached = await page.evaluate(async (url) => {
      const frame = document.createElement("iframe");
      frame.src = "./fetchWeights.html";
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
      document.body.append(frame);
      await loaded;
      const attempts = {
        fetch: () => fetch(url, { mode: "no-cors" }),
        worker: () =>
          Promise.resolve(new Worker(`data:text/javascript,fetch("${url}")`)).then(
            (worker) => new Promise((_, reject) => (worker.onerror = reject)),
          ),
        frame: async () =>
          frame.contentWindow?.document.body.ownerDocument.defaultView?.fetch(url, { mode: "no-cors" }) ?? Promise.reject(),
      };
      const outcomes = Object.entries(attempts).map(async ([name, attempt]) => [
        name,
        await attempt().then(
          () => "reached",
          () => "refused",
        ),
      ]);
      return Object.fromEntries(await Promise.all(outcomes));
    }, `${address}/mini.pth`);
    expect(reached).toEqual({ fetch: "refused", worker: "refused", frame: "refused" });
    expect(asked).toEqual([]);
  });
  const policyOf = async (path: string) => (await request.get(`${baseURL}/${path}`)).headers()["content-security-policy"];
  expect(await policyOf("")).toContain("connect-src 'self';");
  expect(await policyOf("fetchWeights.html")).toMatch(/^default-src 'none'; .*connect-src https: .*sandbox allow-scripts/);
});

test("a trial goes on at another image size from its weights, and says from which", async ({ lab }) => {
  // Weights that are sure of the wrong: a run that goes on from them begins with a loss that fresh ones never have.
  const sure = initialise(listArrays(DENSENETS["densenet-mini"], 1), 1);
  sure.get("classifier.bias")?.data.fill(8);
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "LR Find");
  await lab
    .getByLabel("Choose weights file", { exact: true })
    .setInputFiles({ ...FILE, buffer: Buffer.from(makeStateDictFile(sure)) });
  await waitForEvents(lab, "weights");
  await fill(lab, "Epochs", 1);
  await goToStep(lab, "Train");
  await fill(lab, "Max LR", "1e-6");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  await waitForEvents(lab, "trained");
  const parentWeights = await download(lab, "Download weights");
  const parent = JSON.parse((await download(lab, "Download trial")).toString());

  await goToStep(lab, "Trials");
  await lab.getByRole("button", { name: "Resize trial 1" }).click();
  await fill(lab, "Image size after trial 1", 64);
  await expectAccessible(lab, "resizing a trial");
  await lab.getByRole("button", { name: "Continue at 64 px" }).click();
  await expect(lab.getByLabel("Image size", { exact: true })).toHaveValue("64");
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  await waitForEvents(lab, "prepared", 2);
  await goToStep(lab, "LR Find");
  await lab.getByRole("button", { name: "LR Find", exact: true }).click();
  const [finder] = await waitForEvents(lab, "finder");
  await goToStep(lab, "Train");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  await waitForEvents(lab, "trained", 2);
  const child = JSON.parse((await download(lab, "Download trial")).toString());
  const sha256 = createHash("sha256").update(parentWeights).digest("hex");
  expect(child).toMatchObject({
    parent: "trial-1",
    beginning: { name: "trial-1", which: "last", imageSize: 32, sha256, replaced: null },
    settings: { ...parent.settings, imageSize: 64 },
    finder: { losses: finder?.losses },
  });
  expect(parent).toMatchObject({ parent: FILE.name, settings: { imageSize: 32 } });
  for (const { steps } of [parent, child]) expect(steps[0].loss).toBeGreaterThan(2);
});

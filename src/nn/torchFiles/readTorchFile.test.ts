import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LabError } from "../../protocol/labError";
import goldens from "../golden/torchFiles.json";
import { isTorchFile, readTorchFile } from "./readTorchFile";
import { fromBase64, makeLegacyFile, opcodes, type Piece, tensor, text } from "./testSupport";

type Golden = { file: string; arrays: Record<string, { shape: number[]; data: (number | null)[] }> | null };
const cases = Object.entries(goldens as unknown as Record<string, Golden>);
const WITHIN: Record<string, string> = { trained: "model", checkpoint: "state_dict", timm: "model" };
/** Of whole models: what they say of themselves. */
const METADATA: Record<string, object> = {
  xrv: { module: "torchxrayvision.models.DenseNet", classes: '["Cardiomegaly",""]' },
  timm: { module: "timm.models.densenet.DenseNet" },
};

describe("what torch.save wrote", () => {
  it.each(cases.filter(([, { arrays }]) => arrays))("%s", (name, { file, arrays }) => {
    const buffer = fromBase64(file);
    expect(isTorchFile(buffer)).toBe(true);
    const read = readTorchFile(buffer, "weights.pth");
    const [kind = ""] = name.split(",");
    expect(read.within).toBe(WITHIN[kind] ?? "");
    expect(read.metadata).toEqual(METADATA[kind] ?? {});
    const found = Object.fromEntries(
      Array.from(read.arrays, ([key, array]) => [
        key,
        { shape: array.shape, data: Array.from(array.read(), (one) => (Number.isNaN(one) ? null : one)) },
      ]),
    );
    expect(found).toEqual(arrays);
    expect([...read.arrays.keys()]).toEqual(Object.keys(arrays!));
  });

  it("a model of a class that is not known is a program, and is refused with the way to save its weights", () => {
    const { file } = goldens["another model"];
    expect(() => readTorchFile(fromBase64(file), "model.pth")).toThrow(
      /^model\.pth cannot be read as a PyTorch file: it asks for torch\.nn\.modules\.rnn\.LSTM: the lab reads data only\..*state_dict\(\)/,
    );
  });
});

const LINEAR = "ctorch.nn.modules.linear\nLinear\n";

describe("what a file asks to be run is refused by name", () => {
  it.each<[string, number[], RegExp]>([
    ["os.system", opcodes("cos\nsystem\n", "(", "X", text("id"), "t", "R", "."), /asks for os\.system: the lab reads data only/],
    ["eval", opcodes("cbuiltins\neval\n", "."), /asks for builtins\.eval/],
    ["a global by its name on the stack", opcodes("X", text("os"), "X", text("system"), [0x93], "."), /asks for os\.system/],
    [
      "an allowed module's other function",
      opcodes("ctorch._utils\n_import_dotted_name\n", "."),
      /asks for torch\._utils\._import_dotted_name/,
    ],
    ["a storage's class", opcodes("ctorch\nFloatStorage\n", ")", "R", "."), /asks to run torch\.FloatStorage/],
    ["a class by INST", opcodes("(", "ios\nsystem\n", "."), /the pickle opcode 0x69 \(i\)/],
    ["a class by OBJ", opcodes("(", "ctorch\nSize\n", "o", "."), /the pickle opcode 0x6f \(o\)/],
    [
      "a class by NEWOBJ",
      opcodes("ctorch\nSize\n", ")", [0x81], "."),
      /asks for an object of torch\.Size: the lab reads data only/,
    ],
    ["an object of nothing", opcodes("N", ")", [0x81], "."), /makes an object of what is no class/],
    ["a call of a module", opcodes(LINEAR, ")", "R", "."), /asks to run torch\.nn\.modules\.linear\.Linear: the lab/],
    [
      "a torchvision model that is no DenseNet",
      opcodes("ctorchvision.models.resnet\nResNet\n", "."),
      /asks for torchvision\.models\.resnet\.ResNet: .* not one of torchvision's, timm's or torchxrayvision's DenseNets/,
    ],
    ["an extension", opcodes([0x82, 1], "."), /the pickle opcode 0x82:/],
    ["a text of Python's syntax", opcodes("S'x'\n", "."), /the pickle opcode 0x53 \(S\)/],
    ["nothing", opcodes("X", text("x"), ")", "R", "."), /calls what is no function/],
  ])("%s", (_, pickle, reason) => {
    expect(() => readTorchFile(makeLegacyFile(pickle), "bad.pth")).toThrow(reason);
    expect(() => readTorchFile(makeLegacyFile(pickle), "bad.pth")).toThrow(
      expect.objectContaining({ code: "weightsUnreadable" }),
    );
  });
});

/** Each of 30 modules holds the one before it twice; without the limit the walk would go 2^30 ways. */
const MODULES_IN_MODULES = Array.from({ length: 30 }, (_, i): Piece => {
  const last = i > 0 ? ["X", text("a"), "h", [i - 1], "s", "X", text("b"), "h", [i - 1], "s"] : [];
  const attributes = [
    "X",
    text("_parameters"),
    "}",
    "s",
    "X",
    text("_buffers"),
    "}",
    "s",
    "X",
    text("_modules"),
    "}",
    ...last,
    "s",
  ];
  return [LINEAR, ")", [0x81], "}", ...attributes, "b", "q", [i]];
});

const manyEntries = (count: number): Piece => [
  "}",
  "(",
  Array.from({ length: count }, (_, i) => ["X", text(String(i)), "N"]),
  "u",
];

/** A thousand modules in one, each with the same ten thousand parameters. */
const MODULES_OF_MANY_ARRAYS: Piece = [
  [manyEntries(10_000), "q", [0]],
  [LINEAR, ")", [0x81], "}", "X", text("_parameters"), "}", "s", "X", text("_buffers"), "}", "s", "X", text("_modules"), "}"],
  Array.from({ length: 1000 }, (_, i) => [
    ["X", text(String(i)), LINEAR, ")", [0x81], "}", "X", text("_parameters"), "h", [0], "s"],
    ["X", text("_buffers"), "}", "s", "X", text("_modules"), "}", "s", "b", "s"],
  ]),
  ["s", "b"],
];

describe("a file that asks for more than it is", () => {
  const rebuild = (count: number, shape: number[], strides: number[], offset = 0) =>
    opcodes("}", "X", text("w"), tensor("0", count, shape, strides, offset), "s", ".");
  const one = opcodes("]", "X", text("0"), "a", ".");
  const bytes = new Uint8Array(8 + 4);

  it("reads the one that asks for what is there", () => {
    const file = makeLegacyFile(rebuild(1, [1, 1], [1, 1]), one, [...bytes]);
    expect(readTorchFile(file, "w.pth").arrays.get("w")?.read()).toEqual(Float32Array.of(0));
  });

  it.each<[string, number[], RegExp]>([
    ["a huge storage", rebuild(2 ** 31 - 1, [1], [1]), /storages are not all there/],
    [
      "a huge tensor on a small storage",
      rebuild(1, [2 ** 31 - 1, 2 ** 31 - 1], [0, 0]),
      /reaches beyond its storage of 1 elements/,
    ],
    ["a step beyond the storage", rebuild(1, [1, 1], [1, 1], 1), /reaches beyond/],
    ["a negative side", rebuild(1, [-1], [1]), /no proper shape/],
    ["a negative storage", rebuild(-1, [1], [1]), /no storage of a tensor/],
    ["more strides than sides", rebuild(1, [1], [1, 1]), /no proper shape/],
  ])("%s", (_, pickle, reason) => {
    expect(() => readTorchFile(makeLegacyFile(pickle, one, [...bytes]), "w.pth")).toThrow(reason);
  });

  it.each<[string, number[], RegExp]>([
    ["lists within lists", opcodes("]".repeat(100_000), "a".repeat(99_999), "."), /no state dict/],
    [
      "lists that hold each other twice, a million times over if they were walked",
      opcodes("]", ...Array.from({ length: 250 }, (_, i) => ["q", [i], "]", "h", [i], "a", "h", [i], "a"]), "."),
      /no state dict/,
    ],
    [
      "such a list where a name belongs",
      opcodes(
        "]",
        ...Array.from({ length: 250 }, (_, i) => ["q", [i], "]", "h", [i], "a", "h", [i], "a"]),
        "X",
        text("x"),
        [0x93],
        ".",
      ),
      /names a global by what is no text/,
    ],
    [
      "a dict that holds itself",
      opcodes("}", "q", [0], "X", text("model"), "h", [0], "s", "."),
      /holds model, and no state dict/,
    ],
    [
      "a memo at its far end",
      opcodes("}", "r", [255, 255, 255, 255], "j", [254, 255, 255, 255], "."),
      /recalls what was not kept/,
    ],
    ["a text of four gigabytes", opcodes("X", [255, 255, 255, 255], "."), /ends too early/],
    ["a module without parameters", opcodes(LINEAR, ")", [0x81], "."), /a module in it has no _parameters/],
    ["a module whose attributes have no names", opcodes(LINEAR, ")", [0x81], "]", "b", "."), /attributes without names/],
    ["modules that hold each other twice", opcodes(MODULES_IN_MODULES, "."), /modules are more than any network has/],
    [
      "a dict of many attributes, given to many objects",
      opcodes(
        manyEntries(20_000),
        "q",
        [0],
        "]",
        Array.from({ length: 20_000 }, () => [LINEAR, ")", [0x81], "h", [0], "b", "a"]),
        ".",
      ),
      /more than 4000000 steps/,
    ],
    [
      "a list of many pairs, made a dict many times",
      opcodes(
        ["]", "]", "q", [0], Array.from({ length: 20_000 }, () => [")", "a"]), "a"],
        Array.from({ length: 20_000 }, () => ["ccollections\nOrderedDict\n", "h", [0], [0x85], "R", "a"]),
        ".",
      ),
      /more than 4000000 steps/,
    ],
    [
      "such lists for the name of a parameter",
      opcodes(
        ["]", "]", Array.from({ length: 250 }, (_, i): Piece => ["q", [i], "]", "h", [i], "a", "h", [i], "a"]), "q", [250], "a"],
        [LINEAR, ")", [0x81], "}", "X", text("_parameters"), "}", "h", [250], "N", "s", "s", "b", "."],
      ),
      /a module in it has no proper name/,
    ],
    ["modules that share a dict of many arrays", opcodes(MODULES_OF_MANY_ARRAYS, "."), /modules are more than any network has/],
    ["no end", opcodes("N".repeat(5_000_000)), /more than 4000000 steps/],
    ["nothing on the stack", opcodes("."), /takes what is not there/],
    ["a mark for a value", opcodes("(", "."), /takes what is not there/],
  ])("%s", (_, pickle, reason) => {
    expect(() => readTorchFile(makeLegacyFile(pickle), "bomb.pth")).toThrow(reason);
  });
});

it("takes the texts of Python 2", () => {
  const state = opcodes("}", "U", [5], "epoch", "K", [1], "s", ".");
  expect(() => readTorchFile(makeLegacyFile(state), "old.pth")).toThrow(/it holds epoch, and no state dict/);
});

describe("mutated files", () => {
  it.each(cases)("%s is read or refused, whatever becomes of its bytes", (_, { file }) => {
    const whole = new Uint8Array(fromBase64(file));
    const mutation = fc.record({
      cut: fc.integer({ min: 0, max: whole.length }),
      changes: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }),
      isCut: fc.boolean(),
    });
    fc.assert(
      fc.property(mutation, ({ cut, isCut, changes }) => {
        const bytes = whole.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        const buffer = bytes.slice(0, isCut ? cut : bytes.length).buffer;
        try {
          for (const array of readTorchFile(buffer, "file").arrays.values()) array.read();
        } catch (error) {
          expect(error).toBeInstanceOf(LabError);
        }
      }),
      { numRuns: 400 },
    );
  });
});

import { describe, expect, it } from "vitest";
import { maskNames, NAMED } from "./mask";

const mask = maskNames({
  films: ["train/Mueller_Hans/view1.jpg", "train/Doe/view1.jpg", "train/Mueller_Hans/view1.jpg"],
  labelFiles: ["Mueller_Hans/labels (1).csv"],
  otherFiles: ["Mueller.safetensors", ""],
});

describe("a mask", () => {
  it("numbers films by their order, the same film once, and knows no other by its name", () => {
    expect(mask.film("train/Doe/view1.jpg")).toBe("film 2");
    expect(mask.film("train/Mueller_Hans/view1.jpg")).toBe("film 1");
    expect(mask.film("train/Roe/view1.jpg")).toBe("a film");
  });

  it("leaves no path and no file's name in a sentence", () => {
    expect(mask.text("train/Doe/view1.jpg (view1.jpg) of Mueller_Hans/labels (1).csv is damaged: see labels (1).csv.")).toBe(
      "film 2 (a file) of label file 1 is damaged: see a file.",
    );
    expect(mask.text("Began from Mueller.safetensors, last")).toBe("Began from file 1, last");
  });

  it("takes names for what they are, not for patterns, and changes nothing else", () => {
    expect(maskNames({ films: ["a.b"], labelFiles: [], otherFiles: [] }).text("axb a.b")).toBe("axb film 1");
    expect(maskNames({ films: [], labelFiles: [], otherFiles: [""] }).text("as it is")).toBe("as it is");
  });

  it("keeps a sentence of the lab about a file to the lab", () => {
    const failure = { code: "filmUnreadable", message: "/elsewhere/Roe.png was moved." } as const;
    expect(mask.failure(failure)).toMatch(/\(filmUnreadable\)/);
    expect(mask.failure(failure)).not.toContain("Roe");
    expect(NAMED.failure(failure)).toBe(failure.message);
  });

  it("hides the folders of sources, and nothing where names are to be shown", () => {
    expect(mask.source(1, "Mueller")).toBe("source 2");
    expect([NAMED.film("a/b"), NAMED.text("of a/b"), NAMED.source(0, "a")]).toEqual(["a/b", "of a/b", "a"]);
  });
});

// Commands that save the sampling recipe and its rows, and that take a recipe over. What a recipe is stands in `recipes.ts`.
import { LabError, toFailure } from "../protocol/labError";
import type { LabContext } from "./context";
import { describeDifference, type Recipe, readRecipe, writeRecipe } from "./recipes";
import { saveText } from "./save";
import type { LabCommands } from "./state";

type RecipeCommands = Pick<LabCommands, "saveRecipe" | "saveSampledRows" | "takeRecipe"> & {
  /** Told whenever a dataset was opened. */
  applyWaiting(): Promise<void>;
};

export function createRecipeCommands(
  { store, workers, patch, say }: LabContext,
  commands: Pick<LabCommands, "changeSettings" | "readLabelsAs">,
): RecipeCommands {
  let waiting: { name: string; recipe: Recipe } | null = null;

  /** What fails changes nothing: it is only said. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const failure = toFailure(error);
      patch("dataset", { failure });
      say(failure.message);
    }
  }

  function requireDataset() {
    const { summary } = store.getState().dataset;
    if (!summary) throw new LabError("noFilms", "No dataset is open. Drop a folder of films first.");
    return summary;
  }

  async function apply({ name, recipe }: { name: string; recipe: Recipe }): Promise<void> {
    const { format, mapping } = recipe.dataset;
    if (requireDataset().format !== format || JSON.stringify(requireDataset().mapping) !== JSON.stringify(mapping)) {
      await commands.readLabelsAs({ format, mapping: mapping ?? undefined });
      // Why that failed is shown already.
      if (store.getState().dataset.state !== "ready") return;
    }
    // Before the page's own settings go: a recipe of other columns changes nothing.
    const { sha256 } = await workers.dataset.exportSample({ ...store.getState().settings, ...recipe.settings });
    commands.changeSettings(recipe.settings);
    const difference = describeDifference(recipe, requireDataset());
    const isSame = sha256 === recipe.sample.sha256;
    const message = isSame
      ? `The same ${recipe.sample.films} films in the same order as when the recipe was saved.`
      : `The films are others than when the recipe was saved. ${difference ?? "This version of the lab samples otherwise."}`;
    patch("sample", { recipe: { name, isSame, message } });
    say(`${name}: ${message}`);
  }

  return {
    saveRecipe: () =>
      attempt(async () => {
        const { settings } = store.getState();
        const recipe = writeRecipe(requireDataset(), settings, await workers.dataset.exportSample(settings));
        saveText("recipe.json", `${JSON.stringify(recipe, null, 2)}\n`, "application/json");
      }),
    saveSampledRows: () =>
      attempt(async () => {
        const { csv } = await workers.dataset.exportSample(store.getState().settings);
        saveText("sampled-rows.csv", csv, "text/csv");
      }),
    takeRecipe: (file) =>
      attempt(async () => {
        const taken = { name: file.name, recipe: readRecipe(await file.text(), file.name) };
        patch("dataset", { failure: null });
        if (store.getState().dataset.state === "ready") return apply(taken);
        waiting = taken;
        const { dataset } = taken.recipe;
        say(`${file.name} is taken. Drop its dataset, ${dataset.name} with ${dataset.rows} rows, and it is sampled as then.`);
      }),
    applyWaiting: () =>
      attempt(async () => {
        const taken = waiting;
        waiting = null;
        if (taken) await apply(taken);
      }),
  };
}

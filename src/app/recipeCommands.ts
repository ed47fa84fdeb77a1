// Commands that save the sampling recipe and its rows, and that take a recipe over. What a recipe is stands in `recipes.ts`.
import { toFailure } from "../protocol/labError";
import type { LabContext } from "./context";
import { formatPlural } from "./format";
import type { LabCommands } from "./labCommands";
import { describeDifference, type Recipe, readRecipe, writeRecipe } from "./recipes";
import { saveText } from "./save";
import { createTakeSampling, demandDataset } from "./takeSampling";

const RECIPE_FILE = "recipe.json";
const ROWS_FILE = "sampled-rows.csv";

interface TakenRecipe {
  name: string;
  recipe: Recipe;
}

type RecipeCommands = Pick<LabCommands, "saveRecipe" | "saveSampledRows" | "takeRecipe"> & {
  /** Told whenever a dataset was opened. */
  applyWaiting(): Promise<void>;
};

export function createRecipeCommands(
  context: LabContext,
  commands: Pick<LabCommands, "changeSettings" | "readLabelsAs">,
): RecipeCommands {
  const { store, workers, patch, say } = context;
  const takeSampling = createTakeSampling(context, commands);
  let waiting: TakenRecipe | null = null;

  /** What fails changes nothing: it is only said, where recipes are. */
  async function attempt(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { message } = toFailure(error);
      patch("sample", { recipe: { name, outcome: "refused", message } });
      say(message);
    }
  }

  async function apply({ name, recipe }: TakenRecipe): Promise<void> {
    const { sha256 } = await takeSampling(name, recipe.dataset, recipe.settings);
    tell(name, recipe, sha256 === recipe.sample.sha256);
  }

  function tell(name: string, recipe: Recipe, isSame: boolean): void {
    const difference = describeDifference(recipe, demandDataset(store.getState()));
    const message = isSame
      ? `The same ${recipe.sample.films} films in the same order as when the recipe was saved.`
      : `The films are others than when the recipe was saved. ${difference ?? "This version of the lab samples otherwise."}`;
    patch("sample", { recipe: { name, outcome: isSame ? "same" : "others", message } });
    say(`${name}: ${message}`);
  }

  return {
    saveRecipe: () =>
      attempt(RECIPE_FILE, async () => {
        const { settings } = store.getState();
        const recipe = writeRecipe(demandDataset(store.getState()), settings, await workers.dataset.exportSample(settings));
        saveText(RECIPE_FILE, `${JSON.stringify(recipe, null, 2)}\n`, "application/json");
      }),
    saveSampledRows: () =>
      attempt(ROWS_FILE, async () => {
        const { csv } = await workers.dataset.exportSample(store.getState().settings);
        saveText(ROWS_FILE, csv, "text/csv");
      }),
    takeRecipe: (file) =>
      attempt(file.name, async () => {
        const taken = { name: file.name, recipe: readRecipe(await file.text(), file.name) };
        if (store.getState().dataset.state === "ready") return apply(taken);
        waiting = taken;
        const { name, rows } = taken.recipe.dataset;
        const message = `${file.name} waits for its dataset. Drop ${name} with its ${formatPlural(rows, "row")}, and it is sampled as then.`;
        patch("dataset", { waitingRecipe: message });
        patch("sample", { recipe: null });
        say(message);
      }),
    applyWaiting: async () => {
      const taken = waiting;
      if (!taken) return;
      waiting = null;
      patch("dataset", { waitingRecipe: null });
      await attempt(taken.name, () => apply(taken));
    },
  };
}

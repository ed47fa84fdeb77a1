// Refuses settings that no run can be made of, by the name that the page gives them. What the films allow, plan.ts checks.
import { LabError } from "../protocol/labError";
import { cutPasses, leastPass } from "../protocol/passes";
import { isNumericSetting, MOMENTUM_RULE, SETTING_RULES } from "../protocol/settingRules";
import type { TrialSettings } from "../protocol/settings";

/** @throws LabError badSettings naming the setting and what it may be */
export function checkSettings(settings: TrialSettings): void {
  const demand = (holds: boolean, name: string, wanted: string) => {
    if (!holds) throw new LabError("badSettings", `${name} must be ${wanted}.`, name);
  };
  for (const field of Object.keys(settings).filter(isNumericSetting)) {
    const { name, wanted, holds } = SETTING_RULES[field];
    demand(holds(settings[field]), name, wanted);
  }
  const { batchSize, filmsPerPass, imageSize, head, betas, moms } = settings;
  demand(
    Math.min(...cutPasses(batchSize, filmsPerPass)) >= leastPass(settings),
    filmsPerPass > 0 ? "Films per pass" : "Batch size",
    `2 or more, with no film left alone: ${head === "fastai" ? "with fastai's head" : `at ${imageSize} px`} one film leaves BatchNorm a single value to normalise by`,
  );
  demand([...betas, ...moms].every(MOMENTUM_RULE.holds), MOMENTUM_RULE.name, MOMENTUM_RULE.wanted);
}

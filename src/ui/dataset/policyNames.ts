// What the policies for uncertain and blank labels are called.
import type { BlankPolicy, UncertainPolicy } from "../../protocol/settings";

export const UNCERTAIN_NAMES: Record<UncertainPolicy, string> = {
  ignore: "ignore (U-Ignore)",
  zero: "as negative (U-Zeros)",
  one: "as positive (U-Ones)",
};

export const BLANK_NAMES: Record<BlankPolicy, string> = { negative: "negative", ignore: "ignore" };

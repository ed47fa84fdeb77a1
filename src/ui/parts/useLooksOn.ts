// Whether this tab only looks on while another tab of the lab acts. Who acts is app/soleTab.ts's to decide.
import { useLab } from "../labContext";

export function useLooksOn(): boolean {
  return useLab((lab) => lab.tab === "looksOn");
}

// What stands on top of every step in a tab that only looks on while another tab of the lab acts.
import { Notice } from "../parts/Notice";
import { useLooksOn } from "../parts/useLooksOn";

export function TabNotice() {
  if (!useLooksOn()) return null;
  return (
    <Notice tone="note" title="This tab looks on">
      The lab is open in another tab, and that one acts. What it trains is shown here as it goes; nothing can be started, prepared
      or deleted here until the other is closed. Then this one takes over.
    </Notice>
  );
}

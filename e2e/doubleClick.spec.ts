// A double click starts a job once, and does not stop it by its second click.
import { eventsOf, expect, fill, test, waitForEvents } from "./support";

test("a double click on Prepare films prepares them", async ({ lab }) => {
  await lab.getByRole("button", { name: "Try with drawn films" }).click();
  await waitForEvents(lab, "indexed");
  await fill(lab, "Image size", 32);
  const prepare = lab.getByRole("button", { name: "Prepare films", exact: true });
  const { x = 0, y = 0, width = 0, height = 0 } = (await prepare.boundingBox()) ?? {};
  await lab.mouse.dblclick(x + width / 2, y + height / 2, { delay: 30 });
  const [prepared] = await waitForEvents(lab, "prepared");
  expect(prepared).toMatchObject({ failed: [] });
  expect(await eventsOf(lab, "prepared")).toHaveLength(1);
});

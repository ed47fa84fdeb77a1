// How often films of a view, a sex or an age are positive: what a network may learn in place of the finding.
import type { GroupedPositives, SampleSummary } from "../../protocol/dataset";
import { SplitBar } from "../parts/Figures";
import { formatCount, formatShare } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { ScrollBox } from "../parts/ScrollBox";
import styles from "./dataset.module.css";

/** The share of fewer films than this says little. */
const SMALL_GROUP = 20;

type Group = GroupedPositives["groups"][number];

export function PositivesByGroup({ sample: { grouped, before } }: { sample: SampleSummary }) {
  if (grouped.length === 0) return null;
  const all: Group = { name: "all films", films: before.films, positives: before.positives };
  const groups = grouped.flatMap((one) => one.groups);
  const title = `Positives by ${new Intl.ListFormat("en-GB").format(grouped.map(({ by }) => by))}`;
  return (
    <Panel title={title}>
      <ScrollBox label={title} className={styles.groupsBox}>
        <table className={styles.groups}>
          <caption className="hidden-visually">Share of positive films of each group, before the balance</caption>
          <thead>
            <tr>
              <th scope="col">group</th>
              <th scope="col" colSpan={2}>
                positive
              </th>
              <th scope="col">of films</th>
            </tr>
          </thead>
          <tbody>
            <GroupRow group={all} />
          </tbody>
          {grouped.map(({ by, groups: ofOne }) => (
            <tbody key={by}>
              <tr>
                <th scope="rowgroup" colSpan={4}>
                  {by}
                </th>
              </tr>
              {ofOne.map((group) => (
                <GroupRow key={group.name} group={group} />
              ))}
            </tbody>
          ))}
        </table>
      </ScrollBox>
      {groups.some(isSmall) && (
        <p className={partsStyles.hint}>Greyed groups are small, of fewer than {SMALL_GROUP} films: their share says little.</p>
      )}
    </Panel>
  );
}

function GroupRow({ group }: { group: Group }) {
  const share = shareOf(group);
  return (
    <tr data-small={isSmall(group) || undefined}>
      <th scope="row">
        {group.name}
        {isSmall(group) && <span className="hidden-visually">, small</span>}
      </th>
      <td>
        <SplitBar parts={[{ name: group.name, value: share, color: "var(--positive)" }]} whole={1} />
      </td>
      <td>{formatShare(share)}</td>
      <td>{formatCount(group.films)}</td>
    </tr>
  );
}

function isSmall({ films }: Group): boolean {
  return films < SMALL_GROUP;
}

function shareOf({ films, positives }: Group): number {
  return films > 0 ? positives / films : 0;
}

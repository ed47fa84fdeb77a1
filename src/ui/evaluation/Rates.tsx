// What an operating point comes to: rates with their intervals, and the films behind them.
import type { Estimate, OperatingPoint, RatesByPatient } from "../../protocol/statistics";
import { DataTable } from "../parts/DataTable";
import { formatCount, formatInterval, formatMetric, formatPrevalence } from "../parts/format";
import styles from "./evaluation.module.css";

interface RatesProps {
  point: OperatingPoint;
  /** Null while it is counted; left out where nobody asks for it. */
  byPatient?: RatesByPatient | null;
}

export function Rates({ point, byPatient }: RatesProps) {
  const { sensitivity, specificity, ppv, npv, accuracy, f1, atPrevalence } = point;
  const place = atPrevalence && `at a prevalence of ${formatPrevalence(atPrevalence.prevalence)}`;
  const isAsked = byPatient !== undefined;
  const row = (name: string, of: string, estimate: Estimate | null, drawn: Estimate | null = null) => ({
    key: `${name} ${of}`,
    cells: [
      <span key="name">
        {name} <small className={styles.of}>{of}</small>
      </span>,
      formatMetric(estimate?.value),
      estimate ? formatInterval(estimate) : "–",
      ...(isAsked ? [drawn && formatInterval(drawn)] : []),
    ],
  });
  return (
    <div className={styles.rates}>
      <DataTable
        caption="What the operating point comes to"
        columns={["rate", "value", "95 %", ...(isAsked ? ["by patient"] : [])]}
        rows={[
          row("sensitivity", "of positive films called positive", sensitivity, byPatient?.sensitivity),
          row("specificity", "of negative films called negative", specificity, byPatient?.specificity),
          ...(atPrevalence && place ? [row("PPV", place, atPrevalence.ppv), row("NPV", place, atPrevalence.npv)] : []),
          row("PPV", "among these films", ppv),
          row("NPV", "among these films", npv),
          row("accuracy", "among these films", accuracy),
          row("F1", "among these films", f1),
        ]}
      />
      <Confusion point={point} />
    </div>
  );
}

function Confusion({ point }: { point: OperatingPoint }) {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = point;
  return (
    <table className={styles.confusion}>
      <caption>Films</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">called positive</th>
          <th scope="col">called negative</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">positive</th>
          <td data-right>{formatCount(truePositives)}</td>
          <td>{formatCount(falseNegatives)}</td>
        </tr>
        <tr>
          <th scope="row">negative</th>
          <td>{formatCount(falsePositives)}</td>
          <td data-right>{formatCount(trueNegatives)}</td>
        </tr>
      </tbody>
    </table>
  );
}

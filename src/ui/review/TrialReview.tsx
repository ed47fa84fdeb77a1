// One trial of a review, from the question to the person's words, in the order in which it is read.
import type { ReactNode } from "react";
import type { ReviewedTrial } from "../../app/review";
import type { Trial } from "../../protocol/training";
import { FigureRows } from "../parts/Figures";
import { formatArchitecture, formatDuration, formatPlural, formatTargets } from "../parts/format";
import { useLooksOn } from "../parts/useLooksOn";
import { describeRun } from "../train/describeRun";
import { TrialNote } from "../trials/TrialNote";
import { Changes } from "./Changes";
import { CurvesSection } from "./CurvesSection";
import { DataSection } from "./DataSection";
import { FilmsSection } from "./FilmsSection";
import { FinderSection } from "./FinderSection";
import { MetricsSection } from "./MetricsSection";
import type { Mask } from "./mask";
import { Question } from "./Question";
import styles from "./review.module.css";

interface TrialReviewProps {
  trial: Trial;
  read: ReviewedTrial;
  mask: Mask;
  /** The trial that stands above it in the review. */
  before: Trial | undefined;
}

export function TrialReview({ trial, read, mask, before }: TrialReviewProps) {
  const { id, settings } = trial;
  const looksOn = useLooksOn();
  return (
    <article className={styles.trial}>
      <h2>
        Trial {id}: {formatTargets(settings)}, {formatArchitecture(settings.arch)} at {settings.imageSize} px
      </h2>
      <p className={styles.remark}>{describeEnd(trial)}</p>
      <Section title="Question">
        <Question settings={settings} />
      </Section>
      <Section title="Data">
        <DataSection trial={trial} mask={mask} />
      </Section>
      <Section title="Settings">
        <div className={styles.rows}>
          <FigureRows rows={describeRun(trial)} />
        </div>
      </Section>
      <Section title="What changed">
        <Changes trial={trial} before={before} mask={mask} />
      </Section>
      <Section title="LR finder">
        <FinderSection trial={trial} />
      </Section>
      <Section title="Curves">
        <CurvesSection trial={trial} steps={read.steps} mask={mask} />
      </Section>
      <Section title="Metrics">
        <MetricsSection trial={trial} figures={read.figures} mask={mask} />
      </Section>
      <Section title="Films">
        <FilmsSection films={read.films} pictureFailure={read.pictureFailure} target={settings.target} mask={mask} />
      </Section>
      <Section title="Words">
        <TrialNote trial={trial} disabled={looksOn} />
      </Section>
    </article>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.section}>
      <h3>{title}</h3>
      {children}
    </div>
  );
}

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });

/** What became of it. A failure's own sentence may name a file, and stays in the lab. */
function describeEnd({ state, createdAt, epochs, settings, seconds, failure, earlyEnd }: Trial): string {
  const begun = `Begun on ${dates.format(new Date(createdAt))}, ${epochs.length} of ${formatPlural(settings.epochs, "epoch")} in ${formatDuration(seconds)}`;
  if (failure) return `${begun}; it failed (${failure.code}).`;
  return `${begun}; ${state}. ${earlyEnd ?? ""}`;
}

// Something the person should read where it happened, with the way out. Errors are announced at once.
import type { ReactNode } from "react";
import type { Failure } from "../../protocol/labError";
import styles from "./parts.module.css";

interface NoticeProps {
  tone: "error" | "warning" | "good" | "note";
  title?: string;
  children: ReactNode;
  actions?: ReactNode;
  /** It comes and goes as settings change: said once there is a pause, where an error is said at once. */
  isStatus?: boolean;
}

export function Notice({ tone, title, children, actions, isStatus = false }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} role={tone === "error" ? "alert" : isStatus ? "status" : undefined}>
      <div>
        {title && <strong>{title}</strong>}
        <div>{children}</div>
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

interface FailureNoticeProps {
  failure: Failure | null;
  title?: string;
  actions?: ReactNode;
}

/** A failure in its own words, with the file, row or setting it names; nothing where there is none. */
export function FailureNotice({ failure, title, actions }: FailureNoticeProps) {
  if (!failure) return null;
  const { message, at } = failure;
  return (
    <Notice tone="error" {...(title && { title })} actions={actions}>
      {message} {at && !message.includes(at) && <code className={styles.at}>{at}</code>}
    </Notice>
  );
}

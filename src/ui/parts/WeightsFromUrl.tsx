// Weights from an address, closed until it is wanted: the only connection that the lab can make.
import { Button, TextInput } from "@mantine/core";
import { useId, useState } from "react";
import { useCommands, useLab } from "../labContext";
import fieldStyles from "./fields.module.css";
import { formatBytes } from "./format";
import { JobProgress } from "./JobProgress";
import styles from "./parts.module.css";
import { SettledButton } from "./SettledButton";

export function WeightsFromUrl({ disabled }: { disabled: boolean }) {
  const id = useId();
  const [address, setAddress] = useState("");
  const fetched = useLab((lab) => lab.weights.fetched);
  const { fetchWeights, stopFetching } = useCommands();
  const load = () => void fetchWeights(address);
  return (
    <details className={fieldStyles.group}>
      <summary>
        From a URL
        <span>off until you press Load</span>
      </summary>
      <div className={styles.stack}>
        <p className={styles.hint}>
          The one connection that the lab can make: the file at this address is read, from that server and where it forwards to.
          Nothing else is asked for, and no film is ever sent.
        </p>
        <form
          className={styles.stack}
          onSubmit={(event) => {
            event.preventDefault();
            load();
          }}
        >
          <label htmlFor={id}>Address of the weights</label>
          <TextInput
            id={id}
            type="url"
            placeholder="https://"
            autoComplete="off"
            spellCheck={false}
            value={address}
            disabled={disabled || fetched !== null}
            onChange={({ currentTarget }) => setAddress(currentTarget.value)}
          />
          <div className={styles.actions}>
            {fetched ? (
              <SettledButton disabled={false} onClick={stopFetching}>
                Stop
              </SettledButton>
            ) : (
              <Button type="submit" disabled={disabled || address.trim() === ""}>
                Load
              </Button>
            )}
          </div>
        </form>
        {fetched && (
          <JobProgress
            name="Weights loaded"
            done={fetched.done}
            total={fetched.total ?? 0}
            words={`${formatBytes(fetched.done)}${fetched.total === null ? "" : ` of ${formatBytes(fetched.total)}`}`}
          />
        )}
      </div>
    </details>
  );
}

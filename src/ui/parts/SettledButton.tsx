// A button that starts a job, or stands where the one stood that did: the second click of a double click is not meant for it.
import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";

interface SettledButtonProps extends ButtonProps {
  onClick: () => void;
  children: ReactNode;
}

export function SettledButton({ onClick, ...props }: SettledButtonProps) {
  return (
    <Button
      {...props}
      onClick={({ detail: clicks }) => {
        if (clicks < 2) onClick();
      }}
    />
  );
}

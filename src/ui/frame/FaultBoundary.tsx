// What is shown in place of a step that failed to draw: a sentence and a way on, never a blank page.
import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { toFailure } from "../../protocol/labError";
import { Notice } from "../parts/Notice";

interface FaultBoundaryProps {
  children: ReactNode;
}

interface FaultBoundaryState {
  fault: string | null;
}

export class FaultBoundary extends Component<FaultBoundaryProps, FaultBoundaryState> {
  override state: FaultBoundaryState = { fault: null };

  static getDerivedStateFromError(error: unknown): FaultBoundaryState {
    return { fault: toFailure(error).message };
  }

  override render(): ReactNode {
    if (this.state.fault === null) return this.props.children;
    return (
      <Notice
        tone="error"
        title="This step could not be drawn"
        actions={<Button onClick={() => this.setState({ fault: null })}>Draw it again</Button>}
      >
        {this.state.fault} Whatever is running goes on; the other steps still work.
      </Notice>
    );
  }
}

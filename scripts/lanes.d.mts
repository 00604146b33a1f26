export interface Lane {
  readonly name: string;
  readonly args: readonly string[];
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const LANES: readonly Lane[];
export function runLanes(node: string, lanes: readonly Lane[]): Promise<Counts>;
export function countsLine(counts: Counts): string;

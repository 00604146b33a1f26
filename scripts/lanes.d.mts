export interface Lane {
  readonly name: string;
  readonly args: readonly string[];
  /** Whether it runs after the others have ended. */
  readonly isLast?: boolean;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const LANES: readonly Lane[];
/** `again` gives the arguments for one file of a project that failed. */
export function runLanes(
  node: string,
  lanes: readonly Lane[],
  again?: (project: string, file: string) => readonly string[],
): Promise<Counts>;
export function countsLine(counts: Counts): string;

/** Sums of one flow since the server started, of the runs that this server accepted and ended. */
export interface FlowTotals {
  /** Empty for all flows beyond the first thousand. */
  readonly flowId: string;
  readonly projectId: string;
  readonly started: number;
  readonly rejected: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly durationMs: number;
}

/** Flows with sums of their own; all others share one. */
const MAX_FLOWS = 1000;
const OTHERS = { flowId: '', projectId: '' };

type Sums = { -readonly [Field in keyof FlowTotals]: FlowTotals[Field] };

/** For systems that read increasing counters. */
export class FlowSinceStart {
  readonly #flows = new Map<string, Sums>();

  of({ projectId, flowId }: Pick<FlowTotals, 'projectId' | 'flowId'>): Sums {
    const known = this.#flows.get(flowId);
    if (known !== undefined) return known;
    const ref = this.#flows.size < MAX_FLOWS ? { projectId, flowId } : OTHERS;
    const counts = { started: 0, rejected: 0, succeeded: 0, failed: 0, durationMs: 0 };
    const sums = this.#flows.get(ref.flowId) ?? { ...ref, ...counts };
    this.#flows.set(ref.flowId, sums);
    return sums;
  }

  totals(): FlowTotals[] {
    return [...this.#flows.values()].map((sums) => ({ ...sums }));
  }
}

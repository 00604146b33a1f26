import { FLOW_LIMITS } from '../limits.ts';
import { MAX_SUBFLOW_DEPTH } from '../rules/facts.ts';

const MIB = 1024 * 1024;

/** What a run may use. The event that exceeds a limit is recorded, and the run ends with a reason of its own. */
export const RUN_LIMITS = {
  /** Attempts and the actions of service nodes count. */
  nodeExecutions: 50_000,
  /** Of one input, output or list of results as JSON text. */
  valueBytes: FLOW_LIMITS.valueBytes,
  /** Of the results of parallel actions together: they are read at once to be merged. */
  actionsBytes: 16 * MIB,
  /** Of all distinct values of the run. */
  runBytes: 256 * MIB,
  /** Sub-flows inside sub-flows. */
  depth: MAX_SUBFLOW_DEPTH,
  /** Iterations of a loop at once when it sets no limit, and elements read from its array at once. */
  loopWindow: 256,
  /** Elements of one event, unless the first alone is larger. */
  loopWindowBytes: 256 * 1024,
  standardSeconds: 30 * 24 * 3600,
  expressSeconds: 300,
} as const;

import { RUN_LIMITS } from '@funcgraph/flow';

export const VALUE_LIMITS = {
  /** Larger values are stored beside the log, once for each run. */
  inlineBytes: 16 * 1024,
  /** Larger values are parsed in a thread. */
  parseHereBytes: 256 * 1024,
  /** Larger results of functions are refused before they are parsed. */
  valueBytes: RUN_LIMITS.valueBytes,
  /** Nesting and number of values of a result. */
  json: { depth: 256, tokens: 2_000_000 },
} as const;

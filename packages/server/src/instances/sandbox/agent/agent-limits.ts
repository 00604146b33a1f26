import type { AgentRequest } from '@funcgraph/agent';

/** Deadlines of the server for its agent. */
export interface AgentLimits {
  /** From the start of the process until it is ready. */
  readonly readyMs: number;
  /** From closing the connection until the process has ended. */
  readonly closeMs: number;
  /** Interval between pings. */
  readonly pingMs: number;
  /** An agent that sends no message for so many pings in a row counts as hung. */
  readonly missedPings: number;
  readonly answerMs: Readonly<Record<AgentRequest['op'], number>>;
}

/** The kernel does these at once; a request or its answer may wait behind others. */
const SHORT_MS = 10_000;
/** Longer than the agent's own limits for the programs that it runs. */
const LONG_MS = 45_000;

export const AGENT_LIMITS: AgentLimits = {
  readyMs: 20_000,
  closeMs: 20_000,
  pingMs: 2_000,
  missedPings: 5,
  answerMs: {
    ping: LONG_MS,
    capabilities: LONG_MS,
    start: LONG_MS,
    stop: LONG_MS,
    assign: LONG_MS,
    share: SHORT_MS,
    usage: SHORT_MS,
    flush: SHORT_MS,
    freeze: SHORT_MS,
    thaw: SHORT_MS,
    'open-network': LONG_MS,
    'close-network': LONG_MS,
    'try-mount': LONG_MS,
  },
};

import type { AgentRequest } from '@funcgraph/agent';

/** How long the server waits for its agent. */
export interface AgentLimits {
  /** From the start of the process until it is ready. */
  readonly readyMs: number;
  /** From the hang-up until the process has ended. */
  readonly closeMs: number;
  /** A ping goes out this often. */
  readonly pingMs: number;
  /** An agent that sends nothing for so many pings in a row is hung. */
  readonly missedPings: number;
  readonly answerMs: Readonly<Record<AgentRequest['op'], number>>;
}

/** The kernel answers these at once; a request or its answer waits for some of them. */
const SHORT_MS = 5_000;
/** Above the limits that the agent itself sets for the programs that it runs. */
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

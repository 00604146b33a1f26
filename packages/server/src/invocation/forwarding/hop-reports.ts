/** Request id, attempt, and µs on the way to the node that ran it and back. */
export type Hop = readonly [requestId: string, attempt: number, us: number];

/** Of one message. */
export const MAX_HOPS = 250;
/** Of one forwarded call, which carries those that would be too many for messages. */
export const MAX_CALL_HOPS = 8;
/** Bytes of a hop in a message, at most. */
export const HOP_BYTES = 100;
/** That wait for one node; more are not reported. */
const MAX_WAITING = 2_000;
const MAX_US = 1e9;
/** Ids that clients chose may be longer. */
const SHORT_ID = /^[\w.:-]{1,64}$/;

/** Reports of other nodes that arrived with calls, until the next look. */
const MAX_ARRIVED = 20_000;

/**
 * What the calls of this node took on their way to others. Each node gets those that it ran, for its records: with the
 * messages of this node, and with calls when there are too many for these.
 */
export class HopReports {
  readonly #waiting = new Map<string, Hop[]>();

  add(node: string, [requestId, attempt, us]: Hop): void {
    if (!SHORT_ID.test(requestId)) return;
    const waiting = this.#waiting.get(node) ?? [];
    this.#waiting.set(node, waiting);
    if (waiting.length < MAX_WAITING) waiting.push([requestId, attempt, Math.min(us, MAX_US)]);
  }

  /** Those for the next message to the node. */
  next(node: string): readonly Hop[] {
    return this.#waiting.get(node)?.slice(0, MAX_HOPS) ?? [];
  }

  /** Those for a call to the node. A message under way has none of them. */
  withCall(node: string): Hop[] {
    const waiting = this.#waiting.get(node);
    if (waiting === undefined || waiting.length <= MAX_HOPS) return [];
    return waiting.splice(Math.max(MAX_HOPS, waiting.length - MAX_CALL_HOPS));
  }

  /** The node has the message with so many of them. */
  heard(node: string, count: number): void {
    const waiting = this.#waiting.get(node);
    waiting?.splice(0, count);
    if (waiting?.length === 0) this.#waiting.delete(node);
  }

  /** The node left. */
  remove(node: string): void {
    this.#waiting.delete(node);
  }
}

/** What arrived with calls of other nodes: the records get it at once for many. */
export class ArrivedHops {
  #hops: Hop[] = [];

  readonly add = (hops: readonly Hop[]): void => {
    if (this.#hops.length + hops.length <= MAX_ARRIVED) this.#hops.push(...hops);
  };

  take(): readonly Hop[] {
    const hops = this.#hops;
    this.#hops = [];
    return hops;
  }
}

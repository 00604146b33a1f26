/** Request id, attempt, and µs on the way to the node that ran it and back. */
export type Hop = readonly [requestId: string, attempt: number, us: number];

/** Of one message. */
export const MAX_HOPS = 250;
/** Bytes of a hop in a message, at most. */
export const HOP_BYTES = 100;
/** That wait for one node; more are not reported. */
const MAX_WAITING = 2_000;
const MAX_US = 1e9;
/** Ids that clients chose may be longer. */
const SHORT_ID = /^[\w.:-]{1,64}$/;

/** What the calls of this node took on their way to others. Each node gets those that it ran, for its records. */
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

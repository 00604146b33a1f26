import type { Candidate, Claim } from './choice.ts';
import { MOST_STARTS, type Summary } from './summary.ts';

/** Nothing is sent to a node whose report is late by so much. */
export const LATE_MS = 600;
/** A node that has reported within this time takes a call with its event; another one is asked before. */
const FRESH_MS = 1_000;
/** Keys that are kept of one node; a node has far fewer instances. */
const MAX_KEYS = 50_000;

interface KeyState {
  readonly idle: number;
  readonly busy: number;
  readonly waiting: number;
}

interface NodeState {
  readonly boot: string;
  readonly number: number;
  readonly closing: boolean;
  readonly roomMb: number;
  /** Monotonic ms. */
  readonly heardAt: number;
  /** Monotonic ms until which its reports are not late. */
  readonly goodUntil: number;
  readonly keys: Map<string, KeyState>;
  /** Largest recent burst of starts, by the hash of the launch signature. */
  readonly starts: ReadonlyMap<string, number>;
  /** What was sent there since, by key: each report includes what was sent before. */
  readonly sent: Map<string, Sent>;
  sentMb: number;
  /** False for a node that could not be reached since. */
  isReached: boolean;
}

interface Sent {
  slots: number;
  waits: number;
  /** It may start no instance of this key, whatever its memory. */
  mayNotStart: boolean;
}

const NOTHING_SENT: Readonly<Sent> = { slots: 0, waits: 0, mayNotStart: false };

const NO_STARTS: ReadonlyMap<string, number> = new Map();

/** What the other nodes have, as they reported it, less what this node has taken of it since. */
export class SummaryBoard {
  readonly #nodes = new Map<string, NodeState>();

  /** A message of a node. */
  receive(node: string, summary: Summary, now: number): void {
    const { boot, number, whole, closing, roomMb, withinMs } = summary;
    const known = this.#nodes.get(node);
    if (known !== undefined && known.boot === boot && number <= known.number) return;
    // the first message of a run, and the first after a failed one, begin with nothing
    if (!whole && (known === undefined || known.boot !== boot)) return;
    const keys = whole || known === undefined ? new Map<string, KeyState>() : known.keys;
    for (const [key, idle, busy, waiting] of summary.keys) {
      if (idle === 0 && busy === 0 && waiting === 0) keys.delete(key);
      else if (keys.size < MAX_KEYS || keys.has(key)) keys.set(key, { idle, busy, waiting });
    }
    const before = whole || known === undefined ? NO_STARTS : known.starts;
    const starts = summary.starts === undefined ? before : new Map(summary.starts);
    const sent = new Map<string, Sent>();
    const times = { heardAt: now, goodUntil: now + withinMs + LATE_MS };
    this.#nodes.set(node, { boot, number, closing, roomMb, ...times, keys, starts, sent, sentMb: 0, isReached: true });
  }

  /** The node left. */
  remove(node: string): void {
    this.#nodes.delete(node);
  }

  /** The nodes that may take a request with this key. */
  candidates(key: string, now: number, except: ReadonlySet<string>): Candidate[] {
    const found: Candidate[] = [];
    for (const [node, { closing, isReached, goodUntil, roomMb, keys, sent, sentMb }] of this.#nodes) {
      if (closing || !isReached || now > goodUntil || except.has(node)) continue;
      const { idle = 0, busy = 0, waiting = 0 } = keys.get(key) ?? {};
      const { slots, waits, mayNotStart } = sent.get(key) ?? NOTHING_SENT;
      found.push({
        node,
        idle: Math.max(idle - slots, 0),
        busy: busy + slots,
        waiting: waiting + waits,
        roomMb: mayNotStart ? 0 : Math.max(roomMb - sentMb, 0),
      });
    }
    return found;
  }

  /** Sum of the largest recent bursts of starts of a runtime, by the hash of its signature. */
  burstsOf(runtime: string): number {
    let sum = 0;
    for (const { starts } of this.#nodes.values()) sum += Math.min(starts.get(runtime) ?? 0, MOST_STARTS);
    return sum;
  }

  /**
   * A request is sent to the node: until it reports again, it has less to give. Returns what gives it back when the
   * request has ended before.
   */
  took(node: string, key: string, claim: Claim, memoryMb: number): () => void {
    const state = this.#nodes.get(node);
    if (state === undefined) return () => {};
    const sent = sentOf(state, key);
    if (claim === 'start') state.sentMb += memoryMb;
    else if (claim === 'wait') sent.waits += 1;
    else sent.slots += 1;
    return () => {
      // the instance that was started stays
      if (claim === 'wait') sent.waits -= 1;
      else if (claim === 'slot') sent.slots -= 1;
    };
  }

  /** The node refused: it has no longer what it reported. */
  refused(node: string, key: string, claim: Claim, memoryMb: number): void {
    const state = this.#nodes.get(node);
    if (state === undefined) return;
    // keep the key: the next summary has it only if it changed
    if (claim === 'start') {
      sentOf(state, key).mayNotStart = true;
      state.sentMb = Math.max(state.sentMb - memoryMb, 0);
    } else state.sent.set(key, { ...sentOf(state, key), slots: state.keys.get(key)?.idle ?? 0 });
  }

  /** The node could not be reached: nothing is sent there until it reports again. */
  unreached(node: string): void {
    const state = this.#nodes.get(node);
    if (state !== undefined) state.isReached = false;
  }

  /** The node was quiet: it is to be asked before it gets the event of a call, since it may be gone. */
  isQuiet(node: string, now: number): boolean {
    return this.silentMs(node, now) > FRESH_MS;
  }

  /** Ms since the last report; infinite for an unknown node. */
  silentMs(node: string, now: number): number {
    return now - (this.#nodes.get(node)?.heardAt ?? Number.NEGATIVE_INFINITY);
  }
}

function sentOf({ sent }: NodeState, key: string): Sent {
  const known = sent.get(key) ?? { ...NOTHING_SENT };
  sent.set(key, known);
  return known;
}

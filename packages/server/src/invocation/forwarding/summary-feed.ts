import type { KeyOffer, Offer, RuntimeBurst } from '../../instances/index.ts';
import { HOP_BYTES, type Hop } from './hop-reports.ts';
import { MAX_SUMMARY_BYTES, QUIET_AFTER_MS, SUMMARY_AT_LEAST_MS, SUMMARY_QUIET_MS, type Summary } from './summary.ts';

/** What a node has for others, and how it was used. */
export interface NodeOffer extends Offer {
  readonly bursts: readonly RuntimeBurst[];
}

/** Bytes of a message besides its keys, and of a key besides its text, at most. */
const HEAD_BYTES = 300;
const KEY_BYTES = 40;

const NO_BURSTS = '[]';
const NOTHING: KeyOffer = { idle: 0, busy: 0, waiting: 0 };

/** Summaries for one other node: remembers what was sent, and makes the next one from the differences. */
export class SummaryFeed {
  readonly #boot: string;
  #known = new Map<string, KeyOffer>();
  #roomMb = -1;
  /** As text. */
  #bursts = NO_BURSTS;
  #closing = false;
  #number = 0;
  /** Monotonic ms of the last message. */
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Monotonic ms of the last one that had news. */
  #newsAt = Number.NEGATIVE_INFINITY;
  /** Ms within which the last message promised the next one. */
  #withinMs = 0;
  /** The receiver may not have what was sent: begin again. */
  #whole = true;

  constructor(boot: string) {
    this.#boot = boot;
  }

  /** The next message; undefined when the receiver knows all and heard of this node lately. `hops` are no news. */
  next(offer: NodeOffer, closing: boolean, now: number, hops: readonly Hop[] = []): Summary | undefined {
    const { keys, roomMb, bursts } = offer;
    if (this.#whole) [this.#known, this.#bursts] = [new Map(), NO_BURSTS];
    const starts = bursts.map((burst): [string, number] => [burst.runtime, burst.starts]);
    const text = JSON.stringify(starts);
    const areNew = text !== this.#bursts;
    const changed = this.#changes(keys, HEAD_BYTES + hops.length * HOP_BYTES + (areNew ? text.length : 0));
    const hasChanged = changed.length > 0 || areNew || closing !== this.#closing || differs(roomMb, this.#roomMb);
    const isNews = this.#whole || hasChanged;
    if (!isNews && hops.length === 0 && now - this.#sentAt < this.#withinMs) return undefined;
    if (isNews) this.#newsAt = now;
    this.#withinMs = now - this.#newsAt < QUIET_AFTER_MS ? SUMMARY_AT_LEAST_MS : SUMMARY_QUIET_MS;
    this.#number += 1;
    const whole = this.#whole;
    this.#whole = false;
    this.#roomMb = roomMb;
    this.#bursts = text;
    this.#closing = closing;
    this.#sentAt = now;
    const head = { boot: this.#boot, number: this.#number, whole, closing, withinMs: this.#withinMs };
    const reports = hops.length === 0 ? {} : { hops: hops.map((hop): [string, number, number] => [...hop]) };
    return { ...head, roomMb: Math.floor(roomMb), keys: changed, ...reports, ...(areNew ? { starts } : {}) };
  }

  /** The last message may not have arrived. */
  failed(): void {
    this.#whole = true;
  }

  #changes(keys: Offer['keys'], besides: number): Summary['keys'] {
    const changed: Summary['keys'] = [];
    let bytes = besides;
    const add = (key: string, { idle, busy, waiting }: KeyOffer): boolean => {
      bytes += Buffer.byteLength(key) + KEY_BYTES;
      if (bytes > MAX_SUMMARY_BYTES) return false;
      changed.push([key, idle, busy, waiting]);
      return true;
    };
    for (const key of this.#known.keys()) {
      if (keys.has(key)) continue;
      if (!add(key, NOTHING)) return changed;
      this.#known.delete(key);
    }
    for (const [key, offer] of keys) {
      if (isSame(this.#known.get(key), offer)) continue;
      if (!add(key, offer)) return changed;
      // those that changed wait for their turn behind those that did not
      this.#known.delete(key);
      this.#known.set(key, offer);
    }
    return changed;
  }
}

function isSame(known: KeyOffer | undefined, { idle, busy, waiting }: KeyOffer): boolean {
  return known !== undefined && known.idle === idle && known.busy === busy && known.waiting === waiting;
}

/** Memory changes a little with every freeze; only what may decide is news. */
function differs(roomMb: number, known: number): boolean {
  return known < 0 || Math.abs(roomMb - known) >= 64 || (roomMb === 0) !== (known === 0);
}

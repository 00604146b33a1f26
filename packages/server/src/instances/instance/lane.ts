import type { Clock, Timer } from '../../lib/clock.ts';
import { type LinkCall, type LinkEnded, type LinkResult, LinkViolation } from '../runtime-link/index.ts';
import { HELD_MS } from './instance-types.ts';
import { SLOW_MS, slowAfterMs } from './lane-patience.ts';
import { type Finished, shareOut } from './lane-shares.ts';

/** How a request in a lane ended. */
export type LaneOutcome =
  | LinkResult
  | { readonly kind: 'timeout' | 'aborted' }
  /** It ran when the link ended. */
  | { readonly kind: 'link'; readonly violation: boolean; readonly text: string }
  /** It waited for one before it, and whether it began is not known. */
  | { readonly kind: 'neighbour' }
  /** It waited for one before it and never began: another instance may run it. */
  | { readonly kind: 'unbegun' };

export interface LaneAnswer {
  readonly outcome: LaneOutcome;
  /** Ms in the lane before it began. */
  readonly queuedMs: number;
  readonly handlerMs: number;
  readonly cpuMs: number | null;
  /** Other requests ran while it was measured: it is a share. */
  readonly isCpuShared: boolean;
  readonly peakMemoryBytes: number | null;
  readonly ownMs?: number | undefined;
}

export interface LaneRequest {
  readonly requestId: string;
  readonly timeoutMs: number;
  readonly depth?: number | undefined;
  /** Ends the call: a running one together with its instance, a waiting one by `recall`. */
  readonly signal?: AbortSignal;
  readonly isHeld?: () => boolean;
}

export interface LaneParts {
  readonly clock: Clock;
  /** Processor time since the last call, and the peak of memory. */
  readonly measure: () => { readonly cpuMs: number | null; readonly peakMemoryBytes: number | null };
  readonly onBegin: (request: LaneRequest) => void;
  readonly onEnd: (request: LaneRequest) => void;
  /** Sends `recall`: the instance returns the requests that it has not begun. */
  readonly recall: () => void;
}

/** What was used meanwhile belongs to others. */
const UNMEASURED: ReadonlySet<string> = new Set(['unbegun', 'neighbour']);
const NOT_MEASURED = { cpuMs: null, isCpuShared: false, peakMemoryBytes: null };

/**
 * The requests that were sent to an instance which runs one at a time, in the order in which it runs them. Only the first
 * runs: its timeout counts from then on. The instance writes the result of one before it begins the next, so when its
 * link has been read to the end, all but the first of those left have never begun.
 */
export class Lane {
  readonly #parts: LaneParts;
  readonly #calls: Call[] = [];
  #batch: Finished<Call>[] = [];
  #timer: Timer | undefined;
  #slow: Timer | undefined;
  #isRecalling = false;
  /** The last measurement was taken while a request ran: the next one has only the rest of it. */
  #isCut = false;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#calls.length;
  }

  /**
   * Whether another request may wait here: the one that runs is not slow. Where others wait, `#watchSlow` judges that,
   * because results that have arrived may not be read yet.
   */
  takesMore(now: number): boolean {
    const [head] = this.#calls;
    if (head === undefined) return true;
    return !this.#isRecalling && !head.isDecided && (this.#slow !== undefined || now - head.begunAt < SLOW_MS);
  }

  /** Adds a request that is about to be sent; `done` is called exactly once. */
  add(request: LaneRequest, done: (answer: LaneAnswer) => void): LinkCall {
    const call = new Call(this, request, done, this.#parts.clock.monotonic());
    this.#calls.push(call);
    if (this.#calls.length === 1) this.#begin(call);
    else this.#watchSlow(SLOW_MS);
    return call;
  }

  #begin(call: Call): void {
    call.begunAt = this.#parts.clock.monotonic();
    this.#parts.onBegin(call.request);
    if (call.request.signal?.aborted) queueMicrotask(() => this.abort(call));
    if (this.#timer === undefined) this.#watchTimeout(call.request.timeoutMs);
  }

  /** The timer is not moved with each request: when it fires early, it is set to the rest of the time. */
  #watchTimeout(ms: number): void {
    this.#timer = this.#parts.clock.after(ms, () => {
      this.#timer = undefined;
      const [head] = this.#calls;
      if (head === undefined || head.isDecided) return;
      const left = head.begunAt + head.request.timeoutMs - this.#parts.clock.monotonic();
      if (left > 0) this.#watchTimeout(left);
      else if (head.request.isHeld?.()) this.#watchTimeout(HELD_MS);
      else this.#decide(head, { kind: 'timeout' });
    });
  }

  #watchSlow(ms: number): void {
    if (this.#slow !== undefined) return;
    const { clock } = this.#parts;
    const due = clock.monotonic() + ms;
    this.#slow = clock.afterReads(ms, () => {
      this.#slow = undefined;
      const [head, next] = this.#calls;
      if (head === undefined || next === undefined) return;
      const now = clock.monotonic();
      const left = head.begunAt + slowAfterMs(now - due) - now;
      if (left > 0) this.#watchSlow(left);
      else this.#recall();
    });
  }

  /** Its signal fired. */
  abort(call: Call): void {
    if (call.isDecided || !this.#calls.includes(call)) return;
    if (this.#calls[0] === call) this.#decide(call, { kind: 'aborted' });
    else this.#recall();
  }

  #recall(): void {
    if (this.#isRecalling) return;
    this.#isRecalling = true;
    this.#parts.recall();
  }

  isFirst(call: Call): boolean {
    return this.#calls[0] === call;
  }

  /** The result of the first. */
  finish(call: Call, result: LinkResult): void {
    this.#calls.shift();
    this.#isRecalling = false;
    const now = this.#parts.clock.monotonic();
    this.#parts.onEnd(call.request);
    // One that timed out is answered already, but the next begins only now.
    if (!call.isDecided) {
      this.#batch.push({ call, result, begunAt: call.begunAt, endedAt: now });
      if (this.#batch.length === 1) queueMicrotask(() => this.#settle());
    }
    const [next] = this.#calls;
    if (next !== undefined) this.#begin(next);
  }

  /** Answers the results that arrived together: they are measured together. */
  #settle(): void {
    const batch = this.#batch;
    this.#batch = [];
    const { cpuMs, isCpuShared, peakMemoryBytes } = this.#measure(batch.length > 1, this.#calls.length > 0);
    const shares = shareOut(batch, cpuMs);
    for (const [at, { call, result, begunAt }] of batch.entries()) {
      const queuedMs = begunAt - call.addedAt;
      const { handlerMs, cpuMs, ownMs } = shares[at] ?? { handlerMs: 0, cpuMs: null, ownMs: undefined };
      call.end({ outcome: result, queuedMs, handlerMs, cpuMs, isCpuShared, peakMemoryBytes, ownMs });
    }
  }

  /** `isCut`: another request has begun. */
  #measure(areMany: boolean, isCut: boolean): Pick<LaneAnswer, 'cpuMs' | 'isCpuShared' | 'peakMemoryBytes'> {
    const { cpuMs, peakMemoryBytes } = this.#parts.measure();
    const wasCut = this.#isCut;
    this.#isCut = isCut;
    return { cpuMs, isCpuShared: cpuMs !== null && (areMany || wasCut || isCut), peakMemoryBytes };
  }

  /** The instance gave back requests. Throws `LinkViolation` for others than those that wait here. */
  returned(requestIds: readonly string[]): void {
    this.#isRecalling = false;
    const [head] = this.#calls;
    for (const id of requestIds) {
      const at = this.#calls.findIndex(({ request }) => request.requestId === id);
      const call = this.#calls[at];
      if (call === undefined || call.isDecided) throw new LinkViolation('it returned a request that does not wait');
      this.#calls.splice(at, 1);
      if (call === head) this.#parts.onEnd(call.request);
      this.#decide(call, { kind: 'unbegun' });
    }
    const [next] = this.#calls;
    if (next !== undefined && next !== head) this.#begin(next);
  }

  #decide(call: Call, outcome: LaneOutcome): void {
    call.isDecided = true;
    const now = this.#parts.clock.monotonic();
    const didBegin = call.begunAt >= call.addedAt;
    const handlerMs = didBegin ? now - call.begunAt : 0;
    const queuedMs = (didBegin ? call.begunAt : now) - call.addedAt;
    // those behind it have not begun
    const measured = 'kind' in outcome && UNMEASURED.has(outcome.kind) ? NOT_MEASURED : this.#measure(false, false);
    call.end({ outcome, queuedMs, handlerMs, ...measured });
  }

  /** The link has ended: no further result comes. */
  close(end: LinkEnded): void {
    this.#timer?.cancel();
    this.#slow?.cancel();
    const isKnown = end.isComplete && end.why === 'closed';
    for (const [at, call] of this.#calls.splice(0).entries()) {
      if (at === 0) this.#parts.onEnd(call.request);
      if (call.isDecided) continue;
      if (at === 0) this.#decide(call, { kind: 'link', violation: end.why === 'violation', text: end.message });
      else this.#decide(call, isKnown ? { kind: 'unbegun' } : { kind: 'neighbour' });
    }
  }
}

/** One request in a lane. */
class Call implements LinkCall {
  readonly request: LaneRequest;
  readonly #done: (answer: LaneAnswer) => void;
  readonly addedAt: number;
  /** When it became the first; before that, less than `addedAt`. */
  begunAt = Number.NEGATIVE_INFINITY;
  /** It is answered, although the instance may still run it. */
  isDecided = false;
  readonly #lane: Lane;
  readonly #onAbort = (): void => this.#lane.abort(this);

  constructor(lane: Lane, request: LaneRequest, done: (answer: LaneAnswer) => void, addedAt: number) {
    this.#lane = lane;
    this.request = request;
    this.#done = done;
    this.addedAt = addedAt;
    request.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Answers it. */
  end(answer: LaneAnswer): void {
    this.request.signal?.removeEventListener('abort', this.#onAbort);
    this.#done(answer);
  }

  get mayEnd(): boolean {
    return this.#lane.isFirst(this);
  }

  resolve(result: LinkResult): void {
    this.#lane.finish(this, result);
  }

  reject(end: LinkEnded): void {
    this.#lane.close(end);
  }
}

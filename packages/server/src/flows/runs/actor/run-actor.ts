import {
  advance,
  type Command,
  type FlowDefinition,
  type Message,
  type Plan,
  type Refusal,
  type RunEvent,
  type RunFinished,
  type RunState,
  type Step,
  toSnapshot,
  wakeAt,
} from '@funcgraph/flow';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../../lib/clock.ts';
import { isFullDisk } from '../../../lib/full-disk.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { AtomicStatement } from '../../../storage/index.ts';
import type { Payload } from '../store/append.ts';
import type { RunValues } from '../values/run-values.ts';
import type { RunFacts } from '../values/value-calls.ts';
import type { RunLog } from './run-log.ts';

/** A message, and what to do when it was recorded or refused. */
export interface Mail {
  readonly message: Message;
  /** Statements to run in the same step. */
  readonly also?: (refusal: Refusal | undefined) => AtomicStatement;
  /** Called when the result is on disk. */
  readonly settled?: (refusal: Refusal | undefined) => void;
}

export interface ActorParts {
  readonly run: string;
  readonly epoch: number;
  readonly plan: Plan;
  readonly definition: FlowDefinition;
  readonly facts: RunFacts;
  readonly values: RunValues;
  readonly log: RunLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Does a command; its result comes back by `post`. Must not throw. */
  readonly perform: (command: Command, actor: RunActor) => void;
  /** What must be stored together with a step. */
  readonly alongside: (commands: readonly Command[]) => readonly AtomicStatement[];
  /** Called after each append, with its bytes. */
  readonly appended: (bytes: number) => void;
  /** Called when nothing that a parked run began is open. */
  readonly parked: (actor: RunActor) => void;
  /** What must be stored together with the end of the run. */
  readonly beforeEnd: (end: RunFinished, actor: RunActor) => Promise<readonly AtomicStatement[]>;
  /** Called once, after the last append. */
  readonly ended: (end: RunFinished & { readonly at: number }, actor: RunActor) => void;
  /** Called once when the run has another owner, or its actor cannot go on. */
  readonly lost: (actor: RunActor, error: unknown) => void;
}

/** The run belongs to another server, or to this one in another epoch. */
export class LostOwnership extends Error {
  constructor(message = 'the run has another owner') {
    super(message);
  }
}

/** Messages taken into one step. */
const MOST_IN_STEP = 256;
/** An append that found the database unavailable, or the disk full, is tried again after this time. */
const APPEND_AGAIN_MS = 500;
const SNAPSHOT_EVENTS = 200;
/** Timers are at most this long: the due time is looked at again when they end. */
const LONGEST_TIMER_MS = 24 * 3600 * 1000;

/**
 * One running run. Its messages are taken in order; what follows from them is appended to the log, and only then done. A
 * run that cannot append does nothing more: its state is discarded.
 */
export class RunActor {
  readonly parts: ActorParts;
  readonly state: RunState;
  /** Since when nothing happened and nothing but a timer or a message can happen; undefined while it works. */
  quietSince: number | undefined;
  /** The time in the row of the run at which it is loaded after a crash. */
  storedWakeAt: number | null = 0;
  /** Calls and evaluations that have not ended. */
  #open = 0;
  #seq: number;
  readonly #mailbox: Mail[] = [];
  #timer: Timer | undefined;
  #isBusy = false;
  #isClosed = false;
  #isParked = false;
  #working: Promise<void> = Promise.resolve();
  #tail = { events: 0, bytes: 0 };
  #snapshotBytes = 0;
  #output: RunState['output'];

  constructor(parts: ActorParts, state: RunState, seq: number) {
    this.parts = parts;
    this.state = state;
    this.#seq = seq;
  }

  get run(): string {
    return this.parts.run;
  }

  get output(): RunState['output'] {
    return this.#output;
  }

  /** Begins with the step that follows from the log. */
  begin(step: Step): void {
    this.#go(step);
  }

  post(mail: Mail): void {
    if (this.#isClosed) {
      mail.settled?.('ended');
      return;
    }
    this.#mailbox.push(mail);
    if (!this.#isBusy) this.#go();
  }

  /** Something was begun whose end will come by `post`. Returns the function to call then. */
  opened(): () => void {
    this.#open += 1;
    this.quietSince = undefined;
    return () => {
      this.#open -= 1;
      this.#rest();
    };
  }

  /** When the run needs a step without a message. */
  get wakeAt(): number {
    return wakeAt(this.state);
  }

  /** Takes no more messages and does nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const { settled } of this.#mailbox.splice(0)) settled?.('ended');
  }

  /** Begins nothing more: what follows from its log is done when it is loaded again. False when it is parked already. */
  park(): boolean {
    if (this.#isParked) return false;
    this.#isParked = true;
    return true;
  }

  get isParked(): boolean {
    return this.#isParked;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when all messages are taken and what follows from them is stored. */
  idle(): Promise<void> {
    return this.#working;
  }

  #go(step?: Step): void {
    this.#working = this.#work(step);
  }

  async #work(begun?: Step): Promise<void> {
    this.#isBusy = true;
    this.quietSince = undefined;
    this.#timer?.cancel();
    try {
      let first = begun;
      let hasMore = false;
      do {
        // other runs and requests come before the rest of a long step
        if (hasMore) await new Promise(setImmediate);
        if (this.#isClosed) return;
        const mails = first === undefined ? this.#mailbox.splice(0, MOST_IN_STEP) : [];
        const step = first ?? this.#advance(mails);
        const isStored = await this.#commit(step, mails);
        if (this.#isClosed) return;
        if (!isStored) return this.#lose(new LostOwnership());
        first = undefined;
        hasMore = step.hasMore;
        mails.forEach(({ settled }, index) => {
          settled?.(step.refusals[index]);
        });
        const end = step.events.at(-1);
        if (end?.type === 'run_finished') return this.#end(end, step);
        for (const command of step.commands) {
          if (!this.#isParked || command.do === 'abandon') this.parts.perform(command, this);
        }
      } while (hasMore || this.#mailbox.length > 0 || this.#isDue());
      this.#isBusy = false;
      this.#setTimer();
      this.#rest();
    } catch (error) {
      this.#lose(error);
    }
  }

  #advance(mails: readonly Mail[]): Step {
    const { plan, values, facts, clock } = this.parts;
    const messages = mails.map(({ message }) => message);
    return advance({ plan, values, facts }, this.state, messages, clock.now());
  }

  /** False when the run has another owner. */
  async #commit(step: Step, mails: readonly Mail[]): Promise<boolean> {
    const { run, epoch, values, log, clock } = this.parts;
    const also = mails.flatMap((mail, index) => mail.also?.(step.refusals[index]) ?? []);
    also.push(...this.parts.alongside(step.commands));
    if (step.events.length === 0 && also.length === 0) return true;
    const payloads = values.unsaved();
    const last = step.events.at(-1);
    const end = last?.type === 'run_finished' ? last : undefined;
    if (end !== undefined) also.push(...(await this.#untilPossible(() => this.parts.beforeEnd(end, this))));
    const events = JSON.stringify(step.events);
    const wakes = this.storedWakeAt === null || this.storedWakeAt > clock.now();
    const bytes = Buffer.byteLength(events) + sum(payloads);
    const isStored = await this.#untilPossible(async () => {
      if (payloads.length > 0) await log.payloads.put(run, payloads);
      return log.append({
        run,
        seq: this.#seq,
        count: step.events.length,
        epoch,
        events,
        bytes,
        at: clock.now(),
        ...(end === undefined ? {} : { end: end.status }),
        ...(wakes ? { wakes } : {}),
        also,
      });
    });
    if (!isStored) return false;
    values.saved(payloads);
    if (wakes) this.storedWakeAt = 0;
    this.#appended(step.events, bytes);
    return true;
  }

  #appended(events: readonly RunEvent[], bytes: number): void {
    this.#seq += events.length;
    this.#tail.events += events.length;
    this.#tail.bytes += bytes;
    this.parts.appended(bytes);
    if (this.#tail.events <= SNAPSHOT_EVENTS || this.#tail.bytes * 2 < this.#snapshotBytes) return;
    const { run, log, logger } = this.parts;
    const text = JSON.stringify(toSnapshot(this.state));
    this.#tail = { events: 0, bytes: 0 };
    this.#snapshotBytes = text.length;
    log.saveSnapshot(run, this.#seq, text).catch((error: unknown) => {
      logger.warn({ run, err: error }, 'a snapshot of a run could not be stored');
    });
  }

  /** Waits for a database that is unavailable and for a disk that is full: what was done is not done again. */
  async #untilPossible<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const mayPass = isFullDisk(error) || (error instanceof PlatformError && error.code === 'unavailable');
        if (this.#isClosed || !mayPass) throw error;
      }
      await new Promise<void>((resolve) => this.parts.clock.after(APPEND_AGAIN_MS, resolve));
    }
  }

  #isDue(): boolean {
    return this.wakeAt <= this.parts.clock.now();
  }

  #setTimer(): void {
    const { clock } = this.parts;
    if (this.#isClosed || this.wakeAt === Number.POSITIVE_INFINITY) return;
    const ms = Math.min(Math.max(this.wakeAt - clock.now(), 0), LONGEST_TIMER_MS);
    this.#timer = clock.after(ms, () => {
      if (this.#isClosed || this.#isBusy) return;
      if (this.#isDue()) this.#go();
      else this.#setTimer();
    });
  }

  #rest(): void {
    const isQuiet = !this.#isBusy && this.#open === 0 && this.#mailbox.length === 0;
    if (!isQuiet || this.#isClosed) return;
    this.quietSince ??= this.parts.clock.now();
    if (this.#isParked) this.parts.parked(this);
  }

  #end(end: RunFinished & { readonly at: number }, step: Step): void {
    this.#output = this.state.output;
    // calls that nothing waits for any more
    for (const command of step.commands) if (command.do === 'abandon') this.parts.perform(command, this);
    this.close();
    this.parts.ended(end, this);
  }

  #lose(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.parts.lost(this, error);
  }
}

function sum(payloads: readonly Payload[]): number {
  return payloads.reduce((total, { bytes }) => total + bytes.byteLength, 0);
}

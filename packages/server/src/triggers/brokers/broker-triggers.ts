import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import { pause } from '../../lib/pause.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { RareNotice } from '../../lib/rare-notice.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { BatchRoom } from '../consumers/batch-room.ts';
import type { SourceTargets, SourceTrigger } from '../consumers/source-trigger.ts';
import type { TriggerSource } from '../trigger-kind.ts';
import { BrokerReaders } from './broker-readers.ts';
import type { BrokerAccess, BrokerBatch, BrokerSession, BrokerTarget } from './broker-session.ts';
import type { BrokerStateStore } from './broker-state-store.ts';

export interface BrokerTriggersDeps {
  readonly targets: readonly SourceTargets[];
  readonly region: string;
  /** By type code. */
  readonly kinds: ReadonlyMap<string, BrokerAccess>;
  readonly room: Pick<BatchRoom, 'run'>;
  readonly states: Pick<BrokerStateStore, 'note'>;
  /** Memory for what brokers sent and targets have not handled. */
  readonly readBytes: number;
  readonly brokerHosts: AllowedHosts;
  readonly sealer: Pick<Sealer, 'open'>;
  /** When the server stops: no batch begins after `begun`, and those in progress are left unfinished after `closed`. */
  readonly drain: { readonly begun: AbortSignal; readonly closed: AbortSignal };
  readonly clock: Clock;
  readonly log: Logger;
}

interface Reading {
  readonly modifiedAt: number;
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

const MAX_ERROR_CHARS = 300;
/** Of a batch: its messages, its event, and copies on the way to the instance. */
const MEMORY_FACTOR = 4;
/** Of exceptions of the client of a broker after its session has ended. */
const LATE_EVERY_MS = 60_000;
const PAUSES = { firstMs: 1_000, mostMs: 60_000 };

/**
 * Connects each enabled trigger of a broker, and again after each failure. A batch is acknowledged when its target
 * is done with it: a batch that was not runs again, with the same request id.
 */
export class BrokerTriggers implements TriggerSource {
  readonly #deps: BrokerTriggersDeps;
  readonly #reading = new Map<string, Reading>();
  readonly #look: CoalescedTask;
  readonly #late: RareNotice;
  readonly #readers: BrokerReaders;
  #stopFollowing: readonly (() => void)[] = [];

  constructor(deps: BrokerTriggersDeps) {
    this.#deps = deps;
    this.#late = new RareNotice(deps.clock, LATE_EVERY_MS);
    this.#readers = new BrokerReaders({
      roomBytes: deps.readBytes,
      onLate: (triggerId, error) => this.#noteLate(triggerId, error),
      log: deps.log,
    });
    this.#look = new CoalescedTask(
      async () => this.#follow(),
      (error) => deps.log.error({ err: error }, 'triggers of brokers could not be followed'),
    );
  }

  start(): void {
    const look = (): void => this.#look.request();
    this.#stopFollowing = this.#deps.targets.map((target) => target.onChange(look));
    look();
  }

  async stop(): Promise<void> {
    for (const stop of this.#stopFollowing) stop();
    await this.#look.idle();
    const all = [...this.#reading.values()];
    this.#reading.clear();
    for (const { stop } of all) stop();
    const { closed } = this.#deps.drain;
    const cut = Promise.withResolvers<void>();
    const forget = (): void => cut.resolve();
    closed.addEventListener('abort', forget);
    if (closed.aborted) forget();
    await Promise.race([cut.promise, Promise.all(all.map(({ ended }) => ended))]);
    await this.#readers.stop();
    closed.removeEventListener('abort', forget);
  }

  #follow(): void {
    const { targets, kinds } = this.#deps;
    const enabled = targets.flatMap((target) => [...target.triggers(kinds)]);
    const ids = new Set(enabled.map(({ id }) => id));
    for (const [id, { stop }] of this.#reading) {
      if (ids.has(id)) continue;
      stop();
      this.#reading.delete(id);
    }
    for (const trigger of enabled) {
      const present = this.#reading.get(trigger.id);
      if (present?.modifiedAt === trigger.modifiedAt) continue;
      present?.stop();
      this.#begin(trigger, present?.ended);
    }
  }

  /** After the end of the connection that it replaces: a trigger has one batch in progress. */
  #begin(trigger: SourceTrigger, after: Promise<void> | undefined): void {
    const control = new AbortController();
    const stop = (): void => control.abort(new Error('the trigger ends'));
    const { begun } = this.#deps.drain;
    begun.addEventListener('abort', stop);
    if (begun.aborted) stop();
    const ended = Promise.resolve(after)
      .then(() => this.#read(trigger, control.signal))
      .finally(() => begun.removeEventListener('abort', stop));
    this.#reading.set(trigger.id, { modifiedAt: trigger.modifiedAt, stop, ended });
  }

  async #read(trigger: SourceTrigger, signal: AbortSignal): Promise<void> {
    const { kinds, states, brokerHosts, sealer, clock, log } = this.#deps;
    const { id, settings } = trigger;
    const access = kinds.get(settings.kind);
    let failures = 0;
    let noted: { readonly error: string | undefined } | undefined;
    const note = (error: string | undefined): void => {
      if (noted !== undefined && noted.error === error) return;
      noted = { error };
      log.info({ triggerId: id, error }, error === undefined ? 'a broker is connected' : 'a broker is not connected');
      const stored = states.note(id, { error, since: clock.now() });
      stored.catch((err: unknown) => log.warn({ triggerId: id, err }, 'the state of a broker could not be stored'));
    };
    while (access !== undefined && !signal.aborted) {
      const session: BrokerSession = {
        signal,
        onConnected: () => note(undefined),
        handle: async (batch) => {
          await this.#run(trigger, access, { batch, ending: signal });
          failures = 0;
        },
      };
      const owner = trigger.fn.projectId;
      const read: BrokerTarget['read'] = (source, of) => this.#readers.read({ triggerId: id, owner, source }, of);
      try {
        await access.consume({ id, settings, allowed: brokerHosts, sealer, failures, read }, session);
      } catch (error) {
        failures += 1;
        if (signal.aborted) return;
        note(error instanceof Error ? error.message.slice(0, MAX_ERROR_CHARS) : 'unknown');
        await pause(clock, pauseAfter(failures, PAUSES), signal);
      }
    }
  }

  #noteLate(triggerId: string, err: Error): void {
    this.#late.request((omitted) =>
      this.#deps.log.warn({ triggerId, err, omitted }, 'the client of a broker failed after its session had ended'),
    );
  }

  async #run(
    trigger: SourceTrigger,
    access: BrokerAccess,
    { batch, ending }: { readonly batch: BrokerBatch; readonly ending: AbortSignal },
  ): Promise<void> {
    const { room, drain, region, clock, log } = this.#deps;
    const { id: triggerId, fn, settings } = trigger;
    const bytes = batch.messages.reduce((sum, text) => sum + text.length, 0) * MEMORY_FACTOR;
    try {
      await room.run(fn.projectId, bytes, async () => {
        ending.throwIfAborted();
        const event = access.event(settings, batch, { region, at: clock.now() });
        const { messages: _, shard: __, ...named } = batch;
        await trigger.run({ event, ...named, ending, cut: drain.closed }, []);
      });
    } catch (error) {
      if (ending.aborted || error instanceof PlatformError) throw error;
      // its text is for the operator only
      log.error({ triggerId, err: error }, 'a batch of a broker waits');
      throw new Error('the server failed; its log has the reason');
    }
  }
}

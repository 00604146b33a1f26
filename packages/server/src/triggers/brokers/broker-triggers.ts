import type { Logger } from 'pino';
import type { Catalog, Trigger } from '../../control/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import { pause } from '../../lib/pause.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { BatchRoom } from '../consumers/batch-room.ts';
import { type BatchRunDeps, runBatch } from '../consumers/run-batch.ts';
import type { TriggerSource } from '../trigger-kind.ts';
import type { BrokerAccess, BrokerBatch, BrokerSession } from './broker-session.ts';
import type { BrokerStateStore } from './broker-state-store.ts';

export interface BrokerTriggersDeps extends BatchRunDeps {
  readonly catalog: Pick<Catalog, 'facts' | 'allTriggers' | 'triggers'>;
  /** By type code. */
  readonly kinds: ReadonlyMap<string, BrokerAccess>;
  readonly room: Pick<BatchRoom, 'run'>;
  readonly states: Pick<BrokerStateStore, 'note'>;
  readonly brokerHosts: AllowedHosts;
  readonly sealer: Pick<Sealer, 'open'>;
  /** When the server stops: no batch begins after `begun`, and those in progress are left unfinished after `closed`. */
  readonly drain: { readonly begun: AbortSignal; readonly closed: AbortSignal };
  readonly clock: Clock;
  readonly log: Logger;
}

interface Reading {
  readonly trigger: Trigger;
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

const MAX_ERROR_CHARS = 300;
/** Of a batch: its messages, its event, and copies on the way to the instance. */
const MEMORY_FACTOR = 4;
const PAUSES = { firstMs: 1_000, mostMs: 60_000 };

/**
 * Connects each enabled trigger of a broker, and again after each failure. A batch is acknowledged when its function
 * succeeded, or its dead letter is stored: a batch that was not runs again, with the same request id.
 */
export class BrokerTriggers implements TriggerSource {
  readonly #deps: BrokerTriggersDeps;
  readonly #reading = new Map<string, Reading>();
  readonly #byFunction = new Map<string, Set<string>>();
  #unfollow: (() => void) | undefined;

  constructor(deps: BrokerTriggersDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { catalog } = this.#deps;
    this.#unfollow = catalog.facts.on('triggers.updated', ({ functionId }) => this.#follow(functionId));
    for (const functionId of new Set([...catalog.allTriggers()].map((trigger) => trigger.functionId)))
      this.#follow(functionId);
  }

  async stop(): Promise<void> {
    this.#unfollow?.();
    const all = [...this.#reading.values()];
    this.#reading.clear();
    this.#byFunction.clear();
    for (const { stop } of all) stop();
    const { closed } = this.#deps.drain;
    const cut = Promise.withResolvers<void>();
    const forget = (): void => cut.resolve();
    closed.addEventListener('abort', forget);
    if (closed.aborted) forget();
    await Promise.race([cut.promise, Promise.all(all.map(({ ended }) => ended))]);
    closed.removeEventListener('abort', forget);
  }

  #follow(functionId: string): void {
    const { catalog, kinds } = this.#deps;
    const enabled = catalog.triggers(functionId).filter(({ active, settings }) => active && kinds.has(settings.kind));
    const before = this.#byFunction.get(functionId) ?? [];
    const now = new Set(enabled.map(({ id }) => id));
    for (const id of before) if (!now.has(id)) this.#end(id);
    for (const trigger of enabled) {
      const present = this.#reading.get(trigger.id);
      if (present?.trigger.modifiedAt === trigger.modifiedAt) continue;
      present?.stop();
      this.#begin(trigger, present?.ended);
    }
    if (now.size === 0) this.#byFunction.delete(functionId);
    else this.#byFunction.set(functionId, now);
  }

  #end(id: string): void {
    this.#reading.get(id)?.stop();
    this.#reading.delete(id);
  }

  /** After the end of the connection that it replaces: a trigger has one batch in progress. */
  #begin(trigger: Trigger, after: Promise<void> | undefined): void {
    const control = new AbortController();
    const stop = (): void => control.abort(new Error('the trigger ends'));
    const { begun } = this.#deps.drain;
    begun.addEventListener('abort', stop);
    if (begun.aborted) stop();
    const ended = Promise.resolve(after)
      .then(() => this.#read(trigger, control.signal))
      .finally(() => begun.removeEventListener('abort', stop));
    this.#reading.set(trigger.id, { trigger, stop, ended });
  }

  async #read(trigger: Trigger, signal: AbortSignal): Promise<void> {
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
      try {
        await access.consume({ id, settings, allowed: brokerHosts, sealer, failures }, session);
      } catch (error) {
        failures += 1;
        if (signal.aborted) return;
        note(error instanceof Error ? error.message.slice(0, MAX_ERROR_CHARS) : 'unknown');
        await pause(clock, pauseAfter(failures, PAUSES), signal);
      }
    }
  }

  async #run(
    trigger: Trigger,
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
        const { id, sharesId } = batch;
        await runBatch(this.#deps, { trigger, event, id, sharesId, ending, cut: drain.closed }, []);
      });
    } catch (error) {
      if (ending.aborted || error instanceof PlatformError) throw error;
      // its text is for the operator only
      log.error({ triggerId, err: error }, 'a batch of a broker waits');
      throw new Error('the server failed; its log has the reason');
    }
  }
}

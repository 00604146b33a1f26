import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { Catalog, Trigger } from '../../control/index.ts';
import type { DirectDelivery } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import { pause } from '../../lib/pause.ts';
import { pauseAfter } from '../../lib/pause-after.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { TriggerSource } from '../trigger-kind.ts';
import type { BrokerAccess, BrokerSession } from './broker-session.ts';
import type { BrokerStateStore } from './broker-state-store.ts';

export interface BrokerTriggersDeps {
  readonly catalog: Pick<Catalog, 'facts' | 'allTriggers' | 'triggers'>;
  /** By type code. */
  readonly kinds: ReadonlyMap<string, BrokerAccess>;
  readonly delivery: Pick<DirectDelivery, 'deliver'>;
  readonly states: Pick<BrokerStateStore, 'note'>;
  readonly brokerHosts: AllowedHosts;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly region: string;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Reading {
  readonly trigger: Trigger;
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

const MAX_ERROR_CHARS = 300;
const PAUSES = { firstMs: 1_000, mostMs: 60_000 };

/** Connects each enabled trigger of a broker, and again after each failure. */
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
    await Promise.all(all.map(({ ended }) => ended));
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
    const ended = Promise.resolve(after).then(() => this.#read(trigger, control.signal));
    this.#reading.set(trigger.id, { trigger, stop: () => control.abort(), ended });
  }

  async #read(trigger: Trigger, signal: AbortSignal): Promise<void> {
    const { kinds, delivery, states, brokerHosts, sealer, region, clock, log } = this.#deps;
    const { id, fn, qualifier, settings } = trigger;
    const access = kinds.get(settings.kind);
    const urn: FunctionUrn = { region, ...fn, qualifier: parseQualifier(qualifier) };
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
          const event = access.event(settings, batch, { region, at: clock.now() });
          await delivery.deliver({ urn, event, signal });
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
}

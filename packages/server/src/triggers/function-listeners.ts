import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { Catalog, Trigger } from '../control/index.ts';
import { MAX_DEPTH } from '../domain/call-depth.ts';
import { traceparentIn } from '../domain/traceparent.ts';
import type { AsyncInvocations } from '../invocation/index.ts';
import { idOf } from '../lib/ids.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Delivery, Fact, Subscriber } from '../services/index.ts';
import type { SourceDeps, TriggerKind } from './trigger-kind.ts';

export interface FunctionListenersDeps {
  readonly catalog: Catalog;
  readonly kinds: readonly TriggerKind[];
  readonly async: Pick<AsyncInvocations, 'messageOf'>;
  readonly leftOut: SourceDeps['leftOut'];
  readonly region: string;
  readonly log: Logger;
}

/** Triggers of functions that listen to facts: each event is an asynchronous invocation. */
export class FunctionListeners implements Subscriber {
  readonly #deps: FunctionListenersDeps;
  readonly #kinds: ReadonlyMap<string, TriggerKind>;
  readonly #bySource = new Map<string, Map<string, Trigger>>();
  readonly #byFunction = new Map<string, readonly [source: string, id: string][]>();

  constructor(deps: FunctionListenersDeps) {
    this.#deps = deps;
    this.#kinds = new Map(deps.kinds.map((kind) => [kind.code, kind]));
  }

  /** Call when the catalog is filled. */
  start(): void {
    const { catalog } = this.#deps;
    catalog.facts.on('triggers.updated', ({ functionId }) => this.#follow(functionId));
    for (const { functionId } of catalog.entries()) this.#follow(functionId);
  }

  isListening(source: string): boolean {
    return this.#bySource.has(source);
  }

  *deliveries(fact: Fact): Iterable<Delivery> {
    for (const trigger of this.#bySource.get(fact.source)?.values() ?? []) {
      const event = this.#kinds.get(trigger.settings.kind)?.event?.(trigger, fact);
      const delivery = event === undefined ? undefined : this.#delivery(trigger, fact, event);
      if (delivery !== undefined) yield delivery;
    }
  }

  #delivery(trigger: Trigger, fact: Fact, event: Buffer): Delivery | undefined {
    const { async, leftOut, region, log } = this.#deps;
    const urn: FunctionUrn = { region, ...trigger.fn, qualifier: parseQualifier(trigger.qualifier) };
    const requestId = idOf(`${fact.id} ${trigger.id}`);
    if (fact.depth >= MAX_DEPTH) {
      const message = `The event of trigger ${trigger.settings.name} is left out: ${fact.depth} functions ran one after another, each started by what the one before changed`;
      leftOut({ urn, event, requestId, message });
      return undefined;
    }
    try {
      return async.messageOf({ urn, event, requestId, depth: fact.depth, traceparent: traceparentIn(fact.body) });
    } catch (error) {
      if (!(error instanceof PlatformError) || error.spec.audience !== 'user' || error.code === 'disk_full')
        throw error;
      log.info({ triggerId: trigger.id, err: error }, 'an event is left out: its target takes none');
      return undefined;
    }
  }

  #follow(functionId: string): void {
    for (const [source, id] of this.#byFunction.get(functionId) ?? []) {
      const listening = this.#bySource.get(source);
      listening?.delete(id);
      if (listening?.size === 0) this.#bySource.delete(source);
    }
    const places: [string, string][] = [];
    for (const trigger of this.#deps.catalog.triggers(functionId)) {
      const { id, fn, settings, active } = trigger;
      const source = this.#kinds.get(settings.kind)?.listensTo?.(fn, settings);
      if (source === undefined || !active) continue;
      this.#bySource.set(source, (this.#bySource.get(source) ?? new Map()).set(id, trigger));
      places.push([source, id]);
    }
    if (places.length === 0) this.#byFunction.delete(functionId);
    else this.#byFunction.set(functionId, places);
  }
}

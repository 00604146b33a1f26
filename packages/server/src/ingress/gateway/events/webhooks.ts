import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import type { Catalog, Trigger } from '../../../control/index.ts';
import type { FlowTrigger, FlowTriggers } from '../../../flows/index.ts';
import { type EventSecrets, type EventSettings, isEvent } from '../../../triggers/index.ts';
import { RequestRate } from '../../clients/request-rate.ts';

interface FunctionTarget {
  readonly kind: 'function';
  readonly urn: FunctionUrn;
}

interface FlowTarget {
  readonly kind: 'flow';
  readonly flowId: string;
  readonly triggerName: string;
}

/** An EVENT trigger, with its target. */
export interface Webhook {
  readonly id: string;
  readonly secretSeed: string | undefined;
  readonly target: FunctionTarget | FlowTarget;
  readonly active: boolean;
  readonly settings: EventSettings;
}

interface WebhooksDeps {
  readonly catalog: Catalog;
  readonly flowTriggers: Pick<FlowTriggers, 'all' | 'onChange'>;
  readonly eventSecrets: Pick<EventSecrets, 'keyOf'>;
  readonly region: string;
}

/** Events of one trigger; what waits is limited by the quotas of the project besides. */
const RATE = { perSecond: 1000, burst: 2000 };

/** EVENT triggers by id, always up to date with those in memory. Shared by the gateways of all clients. */
export class Webhooks {
  readonly #deps: WebhooksDeps;
  readonly #byId = new Map<string, Webhook>();
  readonly #byFunction = new Map<string, readonly string[]>();
  readonly #rate = new RequestRate(RATE);

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
    const { catalog, flowTriggers } = deps;
    catalog.facts.on('triggers.updated', ({ functionId }) => this.#follow(functionId));
    for (const { functionId } of catalog.entries()) this.#follow(functionId);
    flowTriggers.onChange((after, before) => this.#followFlow(after, before));
    for (const trigger of flowTriggers.all()) this.#followFlow(trigger);
  }

  find(id: string): Webhook | undefined {
    return this.#byId.get(id);
  }

  /** What proves a sender; for every id, so that an unknown one takes as long. */
  keyOf(id: string): Buffer {
    return this.#deps.eventSecrets.keyOf(this.#byId.get(id) ?? { id });
  }

  /** False when the trigger receives too many events. Call for proven senders only. `now`: monotonic ms. */
  admits({ id }: Webhook, now: number): boolean {
    return this.#rate.take(id, now);
  }

  #follow(functionId: string): void {
    for (const id of this.#byFunction.get(functionId) ?? []) this.#byId.delete(id);
    const { catalog, region } = this.#deps;
    const webhooks = catalog.triggers(functionId).flatMap((trigger) => {
      const { settings } = trigger;
      return isEvent(settings) ? [webhookOf({ ...trigger, settings }, region)] : [];
    });
    for (const webhook of webhooks) this.#byId.set(webhook.id, webhook);
    if (webhooks.length === 0) this.#byFunction.delete(functionId);
    else {
      this.#byFunction.set(
        functionId,
        webhooks.map(({ id }) => id),
      );
    }
  }

  #followFlow(after: FlowTrigger | undefined, before?: FlowTrigger): void {
    if (before !== undefined) this.#byId.delete(before.id);
    if (after === undefined || !isEvent(after.settings)) return;
    const { id, secretSeed, flow, name, settings } = after;
    const target = { kind: 'flow', flowId: flow.id, triggerName: name } as const;
    // a disabled trigger of a flow does not exist
    this.#byId.set(id, { id, secretSeed, target, active: true, settings });
  }
}

function webhookOf(trigger: Trigger<EventSettings>, region: string): Webhook {
  const { id, secretSeed, fn, qualifier, active, settings } = trigger;
  const urn = { region, ...fn, qualifier: parseQualifier(qualifier) };
  return { id, secretSeed, target: { kind: 'function', urn }, active, settings };
}

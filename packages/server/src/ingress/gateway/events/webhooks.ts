import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import type { Catalog, Trigger } from '../../../control/index.ts';
import { type EventSecrets, type EventSettings, isEvent } from '../../../triggers/index.ts';
import { RequestRate } from '../../clients/request-rate.ts';

/** An EVENT trigger, with its target. */
export interface Webhook {
  readonly id: string;
  readonly urn: FunctionUrn;
  readonly active: boolean;
  readonly settings: EventSettings;
}

interface WebhooksDeps {
  readonly catalog: Catalog;
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
    const { catalog } = deps;
    catalog.facts.on('triggers.updated', ({ functionId }) => this.#follow(functionId));
    for (const { functionId } of catalog.entries()) this.#follow(functionId);
  }

  find(id: string): Webhook | undefined {
    return this.#byId.get(id);
  }

  /** What proves a sender; for every id, so that an unknown one takes as long. */
  keyOf(id: string): Buffer {
    return this.#deps.eventSecrets.keyOf(id);
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
}

function webhookOf({ id, fn, qualifier, active, settings }: Trigger<EventSettings>, region: string): Webhook {
  return { id, urn: { region, ...fn, qualifier: parseQualifier(qualifier) }, active, settings };
}

import type { SubscriptionTokens } from '../subscription-tokens.ts';
import type { Subscription } from '../types.ts';

/** The addresses in messages at which an endpoint confirms or ends its subscription. */
export class Links {
  readonly #tokens: SubscriptionTokens;
  readonly #publicUrl: () => string;

  constructor(tokens: SubscriptionTokens, publicUrl: () => string) {
    this.#tokens = tokens;
    this.#publicUrl = publicUrl;
  }

  subscribe({ id, requestedAt }: Subscription): string {
    return this.#link('subscribe', this.#tokens.confirmation(id, requestedAt));
  }

  unsubscribe({ id }: Pick<Subscription, 'id'>): string {
    return this.#link('unsubscribe', this.#tokens.unsubscription(id));
  }

  #link(verb: string, token: string): string {
    return `${this.#publicUrl()}/v2/notifications/subscriptions/${verb}?token=${token}`;
  }
}

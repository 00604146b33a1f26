import { randomBytes } from 'node:crypto';
import { formatTopicUrn, LIMITS } from '@funcgraph/api';
import type { LoginThrottle } from '../../iam/index.ts';
import { clientNetwork } from '../../lib/client-network.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Queue } from '../../queue/index.ts';
import { checkRemark, readEndpoint, readProtocol } from './rules/endpoint.ts';
import { checkFilter } from './rules/filter.ts';
import type { SubscriptionScope, SubscriptionStore } from './subscription-store.ts';
import { isSameToken, type SubscriptionTokens } from './subscription-tokens.ts';
import { confirmationOf } from './topic-messages.ts';
import type { FilterPolicy, Protocol, Subscription, Topic } from './types.ts';

const HOUR_MS = 3_600_000;
/** A confirmation must come within this time. */
export const CONFIRM_MS = 48 * HOUR_MS;
/** Pause between two requests for the confirmation of one endpoint. */
const AGAIN_MS = 60_000;

export interface NewSubscription {
  readonly protocol: string;
  readonly endpoint: string;
  readonly remark: string;
}

export interface SubscriptionsOptions {
  readonly store: SubscriptionStore;
  readonly tokens: SubscriptionTokens;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly throttle: Pick<LoginThrottle, 'attempt'>;
  readonly clock: Clock;
  readonly region: string;
  readonly allowedHosts: AllowedHosts;
  /** Whether a mail server is configured. */
  readonly sendsMail: boolean;
  /** Translates errors of a full queue for callers. */
  readonly refusal: (error: unknown) => unknown;
}

/** What a confirmation names besides its token. */
export interface ConfirmationNames {
  readonly topicUrn: string | undefined;
  readonly endpoint: string | undefined;
  /** Address of the client. */
  readonly client: string | undefined;
}

/** Subscriptions of topics. A change is durable when its promise resolves. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Of the project. Throws `subscription_not_found`. */
  async find(projectId: string, id: string): Promise<Subscription> {
    const found = await this.#options.store.find(id);
    if (found?.projectId !== projectId) throw notFound();
    return found;
  }

  count(scope: SubscriptionScope): Promise<number> {
    return this.#options.store.count(scope);
  }

  /** A page, oldest first, and the number of all. */
  async list(
    scope: SubscriptionScope,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly items: readonly Subscription[]; readonly count: number }> {
    const { store } = this.#options;
    return { items: await store.list(scope, page), count: await store.count(scope) };
  }

  /** The protocol and the endpoint in its one form. Throws `invalid_subscription`, `not_available`. */
  read({ protocol: text, endpoint, remark }: NewSubscription): { protocol: Protocol; endpoint: string } {
    const { allowedHosts, sendsMail } = this.#options;
    const protocol = readProtocol(text);
    checkRemark(remark);
    if (protocol === 'email' && !sendsMail) {
      throw new PlatformError('not_available', 'this server has no mail server to send e-mails with', {
        hint: 'The operator can name one: fgs start --smtp-url-file FILE --set smtp_from=ADDRESS',
      });
    }
    return { protocol, endpoint: readEndpoint(protocol, endpoint, allowedHosts) };
  }

  /**
   * Subscribes an endpoint; one that is subscribed already is returned unchanged. Endpoints of other machines get a
   * request for confirmation, also when the earlier one is older than a minute. Throws `subscription_quota`,
   * `backlog_full` and what `read` throws.
   */
  async add(
    topic: Topic,
    added: NewSubscription,
  ): Promise<{ readonly subscription: Subscription; readonly isNew: boolean }> {
    const { store, clock } = this.#options;
    const { protocol, endpoint } = this.read(added);
    const now = clock.now();
    await store.removeUnconfirmed(now - CONFIRM_MS);
    const known = await store.findByEndpoint(topic.id, protocol, endpoint);
    if (known !== undefined) return { subscription: await this.#remind(known, now), isNew: false };
    const subscription: Subscription = {
      id: randomBytes(16).toString('hex'),
      topicId: topic.id,
      topicName: topic.name,
      projectId: topic.projectId,
      protocol,
      endpoint,
      remark: added.remark,
      // callers prove their rights on functions and flows
      confirmed: protocol !== 'http' && protocol !== 'https' && protocol !== 'email',
      filter: [],
      createdAt: now,
      requestedAt: now,
    };
    const most = { ofTopic: LIMITS.subscriptionsPerTopic, ofProject: LIMITS.subscriptionsPerProject };
    const outcome = await store.insert(subscription, most);
    if (outcome === 'quota') {
      throw new PlatformError('subscription_quota', `topic ${topic.name}, or its project, has no room for another`, {
        hint: `A topic has at most ${most.ofTopic} subscriptions, a project ${most.ofProject}.`,
      });
    }
    if (outcome === 'exists') return this.add(topic, added);
    if (!subscription.confirmed) await this.#request(subscription);
    return { subscription, isNew: true };
  }

  /** Throws `invalid_subscription`. */
  async setRemark({ id }: Subscription, remark: string): Promise<void> {
    checkRemark(remark);
    await this.#options.store.setRemark(id, remark);
  }

  /** Replaces the filter. Throws `invalid_subscription`. */
  async setFilter({ id }: Subscription, filter: readonly FilterPolicy[]): Promise<void> {
    checkFilter(filter);
    await this.#options.store.setFilter(id, filter);
  }

  /** Throws `subscription_not_found`. */
  async remove({ id }: Subscription): Promise<void> {
    if (!(await this.#options.store.remove(id))) throw notFound();
  }

  /**
   * Confirms the subscription that a token belongs to; a repetition changes nothing. Throws `subscription_not_found`
   * for a wrong or late token, and `overloaded` after several from one client.
   */
  confirm(token: string, names: ConfirmationNames): Promise<Subscription> {
    return this.#byToken(token, names.client, async (found) => {
      const { tokens, store, clock, region } = this.#options;
      if (!isSameToken(token, tokens.confirmation(found.id, found.requestedAt))) return undefined;
      if (
        names.topicUrn !== undefined &&
        names.topicUrn !== formatTopicUrn({ ...found, region, name: found.topicName })
      )
        return undefined;
      if (names.endpoint !== undefined && names.endpoint !== found.endpoint) return undefined;
      if (found.confirmed) return found;
      if (clock.now() - found.requestedAt > CONFIRM_MS) return undefined;
      return (await store.confirm(found)) ? found : undefined;
    });
  }

  /** Removes the subscription that a token belongs to. Throws like `confirm`. */
  unsubscribe(token: string, client: string | undefined): Promise<Subscription> {
    return this.#byToken(token, client, async (found) => {
      const { tokens, store } = this.#options;
      if (!isSameToken(token, tokens.unsubscription(found.id))) return undefined;
      return (await store.remove(found.id)) ? found : undefined;
    });
  }

  async #byToken(
    token: string,
    client: string | undefined,
    use: (found: Subscription) => Promise<Subscription | undefined>,
  ): Promise<Subscription> {
    const { throttle, tokens, store } = this.#options;
    const network = clientNetwork(client);
    const done = await throttle.attempt({ name: network, client: network }, async () => {
      const id = tokens.idOf(token);
      const found = id === undefined ? undefined : await store.find(id);
      return found === undefined ? undefined : use(found);
    });
    if (done === undefined) throw notFound();
    return done;
  }

  async #remind(known: Subscription, now: number): Promise<Subscription> {
    if (known.confirmed || now - known.requestedAt < AGAIN_MS) return known;
    const renewed = { ...known, requestedAt: now };
    if (await this.#options.store.requestAnew(known, now)) await this.#request(renewed);
    return renewed;
  }

  async #request(subscription: Subscription): Promise<void> {
    const { queue, refusal } = this.#options;
    try {
      await queue.enqueue(confirmationOf(subscription));
    } catch (error) {
      throw refusal(error);
    }
  }
}

function notFound(): PlatformError {
  return new PlatformError('subscription_not_found', 'there is no such subscription, or the token is wrong or too old');
}

import type { DeliveryResult, WebhookAnswer, WebhookPost } from '../../../invocation/index.ts';
import { confirmationPost, type HttpMessage, type HttpMessageDeps, notificationPost } from './http-message.ts';
import type { Links } from './links.ts';
import type { Sender } from './notifier.ts';

export interface HttpSenderDeps extends HttpMessageDeps {
  readonly links: Links;
  /** Follows no redirect, and reaches no address of the own network that is not allowed. */
  readonly post: (post: WebhookPost) => Promise<WebhookAnswer>;
}

/** Posts to http and https endpoints. */
export function httpSender(deps: HttpSenderDeps): Sender {
  const { links } = deps;
  async function post(endpoint: string, message: HttpMessage, signal: AbortSignal): Promise<DeliveryResult> {
    const answer = await deps.post({ url: new URL(endpoint), ...message, signal });
    if (answer.kind === 'taken') return { kind: 'delivered', note: { status: answer.status }, messages: [] };
    return answer.kind === 'failed'
      ? { kind: 'failed', message: answer.message }
      : { kind: 'undeliverable', reason: 'refused', message: answer.message };
  }
  return {
    async send({ message, target, signal }) {
      const unsubscribeUrl = links.unsubscribe(target);
      return post(target.endpoint, await notificationPost(deps, { message, target, unsubscribeUrl }), signal);
    },
    async confirm({ id, subscription, signal }) {
      const sent = { subscription, messageId: id, subscribeUrl: links.subscribe(subscription) };
      return post(subscription.endpoint, await confirmationPost(deps, sent), signal);
    },
  };
}

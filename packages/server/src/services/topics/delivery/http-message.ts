import { formatSubscriptionUrn, formatTopicUrn } from '@funcgraph/api';
import { textFor } from '../rules/message.ts';
import type { Target } from '../targets.ts';
import type { PublishedMessage, Subscription } from '../types.ts';
import type { SigningKey } from './signing-key.ts';

/** The POST of one delivery. */
export interface HttpMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Receiver = Pick<Target, 'id' | 'projectId' | 'topicName'>;

export interface HttpMessageDeps {
  readonly key: Pick<SigningKey, 'sign'>;
  readonly region: string;
  /** Address of the API as endpoints reach it, without a slash at the end. */
  readonly publicUrl: () => string;
}

/** Without milliseconds. */
export function secondsTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Fields and their values in lines, by name: the text that the signature covers. */
export function signedText(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}

/** A published message for an http or https endpoint. */
export async function notificationPost(
  deps: HttpMessageDeps,
  {
    message,
    target,
    unsubscribeUrl,
  }: {
    readonly message: PublishedMessage;
    readonly target: Target;
    readonly unsubscribeUrl: string;
  },
): Promise<HttpMessage> {
  const { subject, attributes, traceparent } = message.content;
  const signed = {
    message: textFor(message.content, target.protocol),
    message_id: message.id,
    // the signature omits an empty subject
    ...(subject === '' ? {} : { subject }),
    timestamp: secondsTime(message.publishedAt),
    topic_urn: topicUrn(deps, target),
    type: 'Notification',
  };
  const more = {
    subject,
    unsubscribe_url: unsubscribeUrl,
    ...(attributes.length === 0 ? {} : { message_attributes: attributes }),
  };
  const { headers, body } = await post(deps, target, signed, more);
  return { headers: traceparent === undefined ? headers : { ...headers, traceparent }, body };
}

/** A request for confirmation for an http or https endpoint. */
export function confirmationPost(
  deps: HttpMessageDeps,
  {
    subscription,
    messageId,
    subscribeUrl,
  }: {
    readonly subscription: Subscription;
    readonly messageId: string;
    readonly subscribeUrl: string;
  },
): Promise<HttpMessage> {
  const urn = topicUrn(deps, subscription);
  const signed = {
    message: `You are invited to subscribe to topic ${urn}. To confirm, open the address in subscribe_url.`,
    message_id: messageId,
    subscribe_url: subscribeUrl,
    timestamp: secondsTime(subscription.requestedAt),
    topic_urn: urn,
    type: 'SubscriptionConfirmation',
  };
  return post(deps, subscription, signed, {});
}

function topicUrn({ region }: HttpMessageDeps, { projectId, topicName }: Receiver): string {
  return formatTopicUrn({ region, projectId, name: topicName });
}

async function post(
  { key, region, publicUrl }: HttpMessageDeps,
  { projectId, topicName, id }: Receiver,
  signed: Readonly<Record<string, string>> & { readonly type: string; readonly message_id: string; topic_urn: string },
  more: object,
): Promise<HttpMessage> {
  const body = {
    ...signed,
    ...more,
    signature: await key.sign(signedText(signed)),
    signature_version: 'v1',
    signing_cert_url: `${publicUrl()}/v2/notifications/signing-certificate.pem`,
  };
  return {
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': 'Funcgraph',
      'X-SMN-MESSAGE-TYPE': signed.type,
      'X-SMN-MESSAGE-ID': signed.message_id,
      'X-SMN-TOPIC-URN': signed.topic_urn,
      'X-SMN-SUBSCRIPTION-URN': formatSubscriptionUrn({ region, projectId, name: topicName, subscriptionId: id }),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

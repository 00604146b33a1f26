import { type FunctionUrn, formatUrn, parseUrn } from '@funcgraph/api';
import { type DestinationTarget, parseDestination, type Setter } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { JsonObject, LeasedMessage, NewMessage } from '../../queue/index.ts';
import { type Accepting, acceptedMessage } from '../async/acceptance.ts';
import { cut } from '../async/chain.ts';
import type { DeliveryAttributes } from '../async/delivery-message.ts';
import { route } from '../resolve.ts';
import type { WebhookAnswer, WebhookPost } from './webhook.ts';

/** Why an outcome can never be delivered. */
export type Undeliverable =
  | 'loop'
  | 'long_chain'
  | 'too_large'
  | 'not_supported'
  | 'forbidden'
  | 'refused'
  | 'attempts_exhausted';

export type DeliveryResult =
  /** A note about the delivery, and the messages that the same step enqueues. */
  | { readonly kind: 'delivered'; readonly note: JsonObject; readonly messages: readonly NewMessage[] }
  | { readonly kind: 'undeliverable'; readonly reason: Undeliverable; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * The principal of a delivery to a function: the agency of the sending function, otherwise the user who set the
 * destination.
 */
export type DeliveringAs =
  | { readonly kind: 'agency'; readonly name: string }
  | { readonly kind: 'setter'; readonly setter: Setter };

export interface DeliverOptions extends Accepting {
  /** Why a principal may not invoke a function now; undefined when it may. Reads memory only. */
  readonly refusalOf: (as: DeliveringAs, destination: FunctionUrn) => string | undefined;
  readonly post: (post: WebhookPost) => Promise<WebhookAnswer>;
  readonly newId: () => string;
}

/** One attempt to deliver an outcome. Does not reject for failures of the destination. */
export async function deliver(
  options: DeliverOptions,
  message: Pick<LeasedMessage, 'id' | 'payload'>,
  attributes: DeliveryAttributes,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  if (attributes.oversize !== undefined) {
    const text = `the event has ${attributes.oversize} bytes, more than a destination takes`;
    return { kind: 'undeliverable', reason: 'too_large', message: text };
  }
  let target: DestinationTarget;
  try {
    target = parseDestination(attributes.destination, 'destination');
  } catch (error) {
    return refusal(error);
  }
  switch (target.kind) {
    case 'function':
      return callFunction(options, message, attributes, target);
    case 'webhook':
      return callWebhook(options, message, attributes, target, signal);
    case 'service': {
      const text = `${target.service} (${target.name}) is not available here: no outcome is delivered to it`;
      return { kind: 'undeliverable', reason: 'not_supported', message: text };
    }
  }
}

/** Names the destination for users, without secret parts of an address. */
export function describeDestination(attributes: Pick<DeliveryAttributes, 'destination'>): string {
  try {
    const target = parseDestination(attributes.destination, 'destination');
    if (target.kind === 'function') return formatUrn(target.urn);
    return target.kind === 'webhook' ? target.url.origin : `${target.service} ${target.name}`;
  } catch {
    return attributes.destination.destination;
  }
}

const UNKNOWN_SETTER = 'it is not known who set this destination; set it again, or give the function an agency';

function callFunction(
  options: DeliverOptions,
  { payload }: Pick<LeasedMessage, 'payload'>,
  attributes: DeliveryAttributes,
  { urn }: Extract<DestinationTarget, { kind: 'function' }>,
): DeliveryResult {
  const { chain } = attributes;
  const over = cut(chain, urn);
  if (over !== undefined) return { kind: 'undeliverable', ...over };
  const as = deliveringAs(options, attributes);
  const denied = as === undefined ? UNKNOWN_SETTER : options.refusalOf(as, urn);
  if (denied !== undefined) return { kind: 'undeliverable', reason: 'forbidden', message: denied };
  const requestId = options.newId();
  try {
    const { message } = acceptedMessage(options, { urn, event: payload, requestId, chain });
    return { kind: 'delivered', note: { requestId }, messages: [message] };
  } catch (error) {
    return refusal(error);
  }
}

/** Undefined for a destination without a recorded setter. */
function deliveringAs({ catalog, random }: DeliverOptions, attributes: DeliveryAttributes): DeliveringAs | undefined {
  const name = agencyOf(catalog, random, attributes.urn);
  if (name !== undefined) return { kind: 'agency', name };
  const { setBy: setter } = attributes.destination;
  return setter === undefined ? undefined : { kind: 'setter', setter };
}

/** The current agency of the function that the outcome belongs to; undefined also when the function is deleted. */
function agencyOf(catalog: Accepting['catalog'], random: Accepting['random'], text: string): string | undefined {
  const urn = parseUrn(text);
  if (urn === undefined) return undefined;
  try {
    return route(catalog, { urn }, random).snapshot.platformAgency;
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

async function callWebhook(
  { post }: DeliverOptions,
  { id, payload }: Pick<LeasedMessage, 'id' | 'payload'>,
  { requestId }: DeliveryAttributes,
  { url }: Extract<DestinationTarget, { kind: 'webhook' }>,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'Funcgraph',
    'X-Cff-Request-Id': requestId,
    // the same for every attempt, so that receivers can detect duplicates
    'X-Funcgraph-Delivery-Id': id,
  };
  const answer = await post({ url, body: payload, headers, signal });
  if (answer.kind === 'taken') return { kind: 'delivered', note: { status: answer.status }, messages: [] };
  const { message } = answer;
  return answer.kind === 'failed' ? { kind: 'failed', message } : { kind: 'undeliverable', reason: 'refused', message };
}

/** A function without capacity may have some later; other refusals are permanent. */
function refusal(error: unknown): DeliveryResult {
  if (!(error instanceof PlatformError) || error.spec.audience !== 'user') throw error;
  const { code, message } = error;
  return code === 'overloaded' || code === 'backlog_full'
    ? { kind: 'failed', message }
    : { kind: 'undeliverable', reason: 'refused', message };
}

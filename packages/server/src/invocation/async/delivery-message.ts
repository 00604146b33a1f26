import { LIMITS, parseUrn } from '@funcgraph/api';
import type { Destination } from '../../control/index.ts';
import { traceparentOrNothing } from '../../domain/traceparent.ts';
import type { JsonObject, NewMessage } from '../../queue/index.ts';
import { hopOf } from './chain.ts';
import { type AsyncAttributes, readChain, readDepth, readDestination, textOrNothing } from './message.ts';
import { type EndedInvocation, outcomeEvent } from './outcome-event.ts';

export const DELIVERY_TOPIC = 'delivery';

/** Limit of a delivered event: the largest that a function accepts. */
const MAX_EVENT_BYTES = LIMITS.syncEventBytes;

/** Attributes of a delivery besides its event. */
export interface DeliveryAttributes {
  /** Of the invocation that ended. */
  readonly requestId: string;
  readonly urn: string;
  /** Of the function that ended; see `AsyncAttributes`. */
  readonly functionId?: string | undefined;
  readonly result: 'success' | 'failure';
  readonly destination: Destination;
  /** Functions that ran one after another so far, including the one that ended. */
  readonly chain: readonly string[];
  /** Of the invocation that ended; see `InvocationRequest`. */
  readonly depth?: number | undefined;
  /** Of the invocation that ended. */
  readonly traceparent?: string | undefined;
  /** Size of the full event in bytes. Only a part of it is stored, and it is not delivered. */
  readonly oversize?: number | undefined;
  readonly redriveOf?: string | undefined;
}

/**
 * The message that delivers an outcome, stored in the same step as the outcome; undefined without a destination.
 * `group` is the function that the outcome belongs to.
 */
export function deliveryOf(
  ended: EndedInvocation,
  { attributes, group, id }: { readonly attributes: AsyncAttributes; readonly group: string; readonly id: string },
): NewMessage | undefined {
  const result = ended.ending.kind === 'ok' ? 'success' : 'failure';
  const destination = result === 'success' ? attributes.onSuccess : attributes.onFailure;
  if (destination === undefined) return undefined;
  const whole = outcomeEvent(ended);
  const fits = whole.length <= MAX_EVENT_BYTES;
  const payload = fits ? whole : shortened(ended);
  const called = parseUrn(attributes.urn);
  const chain = [...(attributes.chain ?? []), ...(called === undefined ? [] : [hopOf(called)])];
  return {
    id,
    topic: DELIVERY_TOPIC,
    group,
    payload,
    attributes: writeDelivery({
      requestId: ended.requestId,
      urn: ended.urn,
      functionId: attributes.functionId,
      result,
      destination,
      chain,
      depth: attributes.depth,
      traceparent: attributes.traceparent,
      ...(fits ? {} : { oversize: whole.length }),
    }),
  };
}

/** The stored part of an event that is too large: without the response, and if still too large without the request. */
function shortened(ended: EndedInvocation): Buffer {
  const { ending } = ended;
  const nothing = new Uint8Array(0);
  const ran = ending.kind === 'ok' || ending.kind === 'failed';
  const short = { ...ended, ending: ran ? { ...ending, result: nothing } : ending };
  const event = outcomeEvent(short);
  return event.length <= MAX_EVENT_BYTES ? event : outcomeEvent({ ...short, event: nothing });
}

export function writeDelivery(attributes: DeliveryAttributes): JsonObject {
  const { oversize, redriveOf, traceparent, functionId, depth = 0, ...rest } = attributes;
  return {
    ...rest,
    ...(functionId === undefined ? {} : { functionId }),
    ...(depth === 0 ? {} : { depth }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(oversize === undefined ? {} : { oversize }),
    ...(redriveOf === undefined ? {} : { redriveOf }),
  };
}

/** Throws when the stored object was not made by `writeDelivery`. */
export function readDelivery(stored: JsonObject): DeliveryAttributes {
  const { requestId, urn, result, oversize } = stored;
  const destination = readDestination(stored.destination);
  if (typeof requestId !== 'string' || typeof urn !== 'string' || destination === undefined)
    throw new Error('a queued message is not a delivery');
  return {
    requestId,
    urn,
    functionId: textOrNothing(stored.functionId),
    result: result === 'success' ? 'success' : 'failure',
    destination,
    chain: readChain(stored.chain),
    depth: readDepth(stored.depth),
    traceparent: traceparentOrNothing(stored.traceparent),
    oversize: typeof oversize === 'number' ? oversize : undefined,
    redriveOf: textOrNothing(stored.redriveOf),
  };
}

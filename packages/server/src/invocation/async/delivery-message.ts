import { LIMITS, parseUrn } from '@funcgraph/api';
import type { Destination } from '../../control/index.ts';
import type { JsonObject, NewMessage } from '../../queue/index.ts';
import { hopOf } from './chain.ts';
import { type AsyncAttributes, readChain, readDestination, textOrNothing } from './message.ts';
import { type EndedInvocation, outcomeEvent } from './outcome-event.ts';

export const DELIVERY_TOPIC = 'delivery';

/** Of the event that is delivered; the largest that a function takes. */
const MAX_EVENT_BYTES = LIMITS.syncEventBytes;

/** What the delivery of an outcome carries beside the event. */
export interface DeliveryAttributes {
  /** Of the invocation that ended. */
  readonly requestId: string;
  readonly urn: string;
  readonly result: 'success' | 'failure';
  readonly destination: Destination;
  /** Functions that ran one after another up to now, the one that ended included. */
  readonly chain: readonly string[];
  /** Bytes that the event would have had. The stored one is a part of it, and is not delivered. */
  readonly oversize?: number | undefined;
  readonly redriveOf?: string | undefined;
}

/**
 * The intent to deliver an outcome, to be stored in the step that stores the outcome; undefined when nobody wants it.
 * `group` is the function whose outcome it is.
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
      result,
      destination,
      chain,
      ...(fits ? {} : { oversize: whole.length }),
    }),
  };
}

/** What is kept of an event that cannot be delivered: all but the response, or if that is still too much, who it was. */
function shortened(ended: EndedInvocation): Buffer {
  const { ending } = ended;
  const nothing = new Uint8Array(0);
  const ran = ending.kind === 'ok' || ending.kind === 'failed';
  const short = { ...ended, ending: ran ? { ...ending, result: nothing } : ending };
  const event = outcomeEvent(short);
  return event.length <= MAX_EVENT_BYTES ? event : outcomeEvent({ ...short, event: nothing });
}

export function writeDelivery(attributes: DeliveryAttributes): JsonObject {
  const { oversize, redriveOf, ...rest } = attributes;
  return {
    ...rest,
    ...(oversize === undefined ? {} : { oversize }),
    ...(redriveOf === undefined ? {} : { redriveOf }),
  };
}

/** Throws when the stored object is not one that `writeDelivery` made. */
export function readDelivery(stored: JsonObject): DeliveryAttributes {
  const { requestId, urn, result, oversize } = stored;
  const destination = readDestination(stored.destination);
  if (typeof requestId !== 'string' || typeof urn !== 'string' || destination === undefined)
    throw new Error('a queued message is not a delivery');
  return {
    requestId,
    urn,
    result: result === 'success' ? 'success' : 'failure',
    destination,
    chain: readChain(stored.chain),
    oversize: typeof oversize === 'number' ? oversize : undefined,
    redriveOf: textOrNothing(stored.redriveOf),
  };
}

import { LIMITS, parseUrn } from '@funcgraph/api';
import { PlatformError } from '../../../lib/platform-error.ts';
import { deliveringAs, UNKNOWN_SETTER } from '../delivering-as.ts';
import type { Delivery, DeliveryResult, DestinationKind } from '../destination-kind.ts';
import { refusal } from '../refusal.ts';

/** No stream has another name. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** A stream of the project, in which each outcome becomes a record. */
export const disDestination: DestinationKind<string> = {
  code: 'DIS',
  keepsSetter: true,
  target(name, field) {
    if (NAME.test(name)) return name;
    throw new PlatformError('invalid_request', `${field}.param: stream_name is not the name of a stream`);
  },
  becomes: (stream) => ({ kind: 'records', stream }),
  check(name, { mayPut }) {
    mayPut(name);
  },
  describe: (name) => `stream ${name}`,
  deliver: put,
};

async function put(name: string, { message, attributes, options }: Delivery): Promise<DeliveryResult> {
  const { payload } = message;
  if (payload.byteLength > LIMITS.recordBytes) {
    const text = `the event has ${payload.byteLength} bytes, a record of a stream at most ${LIMITS.recordBytes}`;
    return { kind: 'undeliverable', reason: 'too_large', message: text };
  }
  const urn = parseUrn(attributes.urn);
  if (urn === undefined) throw new Error('a delivery has no function URN');
  const stream = { projectId: urn.projectId, name };
  const as = deliveringAs(options, attributes);
  const denied = as === undefined ? UNKNOWN_SETTER : options.streamRefusalOf(as, stream);
  if (denied !== undefined) return { kind: 'undeliverable', reason: 'forbidden', message: denied };
  try {
    // the id of the request that ended, by which readers recognize a repeated delivery
    const { shard, sequence } = await options.putRecord({ ...stream, key: attributes.requestId, data: payload });
    return { kind: 'delivered', note: { stream: name, shard, sequence }, messages: [] };
  } catch (error) {
    return refusal(error);
  }
}

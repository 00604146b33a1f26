import { MOST_LOGIN_BYTES } from './bounded-logins.ts';
import { decodeBounded } from './response-memory.ts';

/** A request that a connection sends, as the library has it. */
interface Sent {
  readonly request: { readonly apiName: string };
  readonly response: { decode(payload: Buffer): Promise<unknown> };
}

export interface SendingConnection {
  send(sent: Sent): Promise<unknown>;
}

export interface RequestQueue {
  maybeThrottle(ms: number): void;
}

interface Metadata {
  readonly brokers: readonly unknown[];
  readonly topicMetadata: readonly { readonly topic: string; readonly partitionMetadata: readonly unknown[] }[];
}

export interface AnnouncingBroker {
  metadata(topics: readonly string[]): Promise<Metadata>;
}

/** Of all answers but those with messages; one about 20 topics of 2,000 partitions with three replicas has 2 MB. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_BROKERS = 64;
/** Of a topic. The library looks through them for each partition that it reads. */
const MOST_PARTITIONS = 2_000;
/** Requests that wait for longer have no timeout. A broker refuses requests that it does not want yet. */
const MOST_THROTTLE_MS = 30_000;

const changed = new WeakSet<object>();

/** Bounds the answers of a broker that are no messages: their bytes, what they announce, and how long they have us wait. */
export function boundAnswers(connection: SendingConnection, queue: RequestQueue, broker: AnnouncingBroker): void {
  if (changed.has(connection)) return;
  changed.add(connection);
  const { send } = connection;
  connection.send = function (sent) {
    const { request, response } = sent;
    const decode = async (payload: Buffer): Promise<unknown> => {
      const { length } = payload;
      if (request.apiName === 'Fetch') return decodeBounded(payload, () => response.decode(payload));
      const most = request.apiName === 'SaslAuthenticate' ? MOST_LOGIN_BYTES : MOST_BYTES;
      if (length > most) throw new Error(`the broker answered ${request.apiName} with ${length} bytes`);
      return response.decode(payload);
    };
    return send.call(this, { ...sent, response: { ...response, decode } });
  };
  const { maybeThrottle } = queue;
  queue.maybeThrottle = function (ms) {
    maybeThrottle.call(this, Math.min(ms, MOST_THROTTLE_MS));
  };
  const { metadata } = broker;
  broker.metadata = async function (topics) {
    const announced = await metadata.call(this, topics);
    check(announced);
    return announced;
  };
}

function check({ brokers, topicMetadata }: Metadata): void {
  if (brokers.length > MOST_BROKERS) throw new Error(`the cluster has more than ${MOST_BROKERS} brokers`);
  for (const { topic, partitionMetadata } of topicMetadata) {
    if (partitionMetadata.length <= MOST_PARTITIONS) continue;
    throw new Error(`the topic ${topic.slice(0, 100)} has more than ${MOST_PARTITIONS} partitions`);
  }
}

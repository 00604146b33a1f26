import { Deliverer, type DeliverOptions, postWebhook } from '../invocation/index.ts';
import { newRequestId } from '../lib/ids.ts';
import type { StreamRecords, Streams } from '../services/index.ts';
import type { AsyncParts } from './async-parts.ts';
import type { BucketParts } from './bucket-parts.ts';
import { deliveryRefusal, streamRefusal, topicRefusal } from './delivery-rights.ts';
import type { InstanceParts } from './instance-parts.ts';
import { resultObjects } from './result-objects.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';
import type { StreamParts } from './stream-parts.ts';
import type { TopicPublishing } from './topic-parts.ts';

/** Puts a result into a stream of the project of its function. */
function resultRecords(
  streams: Pick<Streams, 'find'>,
  records: Pick<StreamRecords, 'put'>,
): DeliverOptions['putRecord'] {
  return async ({ projectId, name, key, data }) => {
    const stream = await streams.find(projectId, name);
    const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
    const [stored] = await records.put(stream, [{ data: text, key, shardId: undefined, hashKey: undefined }]);
    if (stored === undefined || 'error' in stored) throw new Error('a put of one record stored none');
    return stored;
  };
}

export type DeliveryDeps = Root &
  Pick<StateParts, 'queue' | 'membership' | 'catalog' | 'steady' | 'iam'> &
  Pick<InstanceParts, 'logs'> &
  Pick<AsyncParts, 'deadLetterBox'> &
  Pick<BucketParts, 'buckets' | 'externalS3'> &
  StreamParts &
  TopicPublishing;

/** Delivery of results of asynchronous invocations to destinations. */
export async function deliveryParts(deps: DeliveryDeps): Promise<void> {
  const { config, log, life, queue, membership, catalog, steady, iam, logs, deadLetterBox } = deps;
  const { buckets, externalS3, streams, streamRecords, publishing } = deps;
  const deliverer = new Deliverer({
    ...{ catalog, clock: steady, random: Math.random, newId: newRequestId, logs },
    queue,
    peers: membership,
    deadLetters: deadLetterBox,
    refusalOf: deliveryRefusal(iam),
    topicRefusalOf: topicRefusal(iam),
    topicMessage: (message) => publishing.publisher.unstored(message),
    storeObject: resultObjects(iam, { buckets, externalS3 }),
    streamRefusalOf: streamRefusal(iam),
    putRecord: resultRecords(streams, streamRecords),
    post: (post) => postWebhook(post, config.webhookHosts),
    log: log.child({ module: 'deliverer' }),
  });
  await deliverer.start();
  life.onStop(() => deliverer.stop(life.drain.cut));
}

import type { DeliverOptions } from '../invocation/index.ts';
import type { StreamRecords, Streams } from '../services/index.ts';

/** Puts a result into a stream of the project of its function. */
export function resultRecords(
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

import { formatTopicUrn } from '@funcgraph/api';
import type { Words } from '../file/fill-in.ts';
import type { AsyncEntry } from '../file/schema.ts';
import type { Path } from '../file/schema-faults.ts';
import type { Actual, Desired, Fields } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import { foundAmong, perhaps, type Reach } from '../services/reach.ts';
import type { Place } from './function-parts.ts';

type Receiver = NonNullable<AsyncEntry['on_success']>;

interface Owner {
  /** `hello/live` for calls through an alias, `hello/latest` for the others. */
  readonly name: string;
  readonly path: Path;
}

/** What becomes of asynchronous calls of a function. */
export function asyncOf(entry: AsyncEntry, { name, path }: Owner, words: Words, place: Place): Desired {
  const { retries = 1, max_age = 3600, status_log = false, on_success, on_failure } = entry;
  const receiver = (one: Receiver | undefined) => (one === undefined ? null : receiverOf(one, words, place));
  const fields = { retries, max_age, status_log, on_success: receiver(on_success), on_failure: receiver(on_failure) };
  return { kind: 'async', name, fields, notes: {}, path };
}

function receiverOf(one: Receiver, words: Words, place: Place): Fields {
  if ('function' in one) {
    const name = words[`functions.${one.function}`] ?? one.function;
    const urn = `urn:fss:${place.region}:${place.projectId}:function:default:${name}`;
    return { destination: 'FunctionGraph', func_urn: one.alias === undefined ? urn : `${urn}:!${one.alias}` };
  }
  if ('topic' in one) {
    const name = words[`topics.${one.topic}`] ?? one.topic;
    return { destination: 'SMN', topic_urn: formatTopicUrn({ ...place, name }) };
  }
  if ('url' in one) return { destination: 'HTTP', url: one.url };
  if ('stream' in one) return { destination: 'DIS', stream_name: one.stream };
  const { bucket, prefix = '', expires } = one;
  const where = { bucket: words[`buckets.${bucket}`] ?? bucket, prefix };
  return { destination: 'OBS', ...where, ...(expires === undefined ? {} : { expires }) };
}

interface Stored {
  readonly destination?: string | null | undefined;
  readonly param?: string | null | undefined;
}

/** As the file has it. */
export function storedReceiver(one: Stored | null | undefined): Fields | null {
  if (one == null || !one.destination) return null;
  return { destination: one.destination, ...(JSON.parse(one.param || '{}') as Fields) };
}

function bodyOf(receiver: unknown): { destination: string; param: string } | undefined {
  if (receiver === null) return undefined;
  const { destination, ...param } = receiver as Fields;
  return { destination: String(destination), param: JSON.stringify(param) };
}

export function asyncDriver({ connection, signal }: Reach): Driver {
  const { client } = connection;
  const paramsOf = (name: string) => {
    const [fn = '', qualifier = 'latest'] = name.split('/');
    return connection.functionParams(fn, 'default', qualifier === 'latest' ? undefined : `!${qualifier}`);
  };
  async function put({ name, fields }: Desired): Promise<string> {
    const [on_success, on_failure] = [bodyOf(fields.on_success), bodyOf(fields.on_failure)];
    const body = {
      max_async_retry_attempts: Number(fields.retries),
      max_async_event_age_in_seconds: Number(fields.max_age),
      enable_async_status_log: fields.status_log === true,
      destination_config: { ...(on_success && { on_success }), ...(on_failure && { on_failure }) },
    };
    await client.call('updateFunctionAsyncInvokeConfig', { params: paramsOf(name), body, signal });
    return name;
  }
  return {
    find: (names) =>
      foundAmong(names, async (name): Promise<Actual | undefined> => {
        const found = await perhaps(client.call('showFunctionAsyncInvokeConfig', { params: paramsOf(name), signal }));
        if (found === undefined) return undefined;
        const { on_success, on_failure } = found.destination_config;
        const fields = {
          retries: found.max_async_retry_attempts,
          max_age: found.max_async_event_age_in_seconds,
          status_log: found.enable_async_status_log,
          on_success: storedReceiver(on_success),
          on_failure: storedReceiver(on_failure),
        };
        return { kind: 'async', name, id: name, fields };
      }),
    create: put,
    update: async (desired) => void (await put(desired)),
    async remove({ name }) {
      await client.call('deleteFunctionAsyncInvokeConfig', { params: paramsOf(name), signal });
    },
  };
}

import type { RouteResponse, Routes } from '@funcgraph/api';
import type { AliasEntry, AsyncEntry, ReservedEntry } from '../file/schema.ts';
import { storedReceiver } from '../functions/async-settings.ts';
import { END_OF_TIME } from '../functions/reserved-instances.ts';

type Alias = RouteResponse<Routes['listVersionAliases']>[number];
type AsyncConfig = RouteResponse<Routes['listFunctionAsyncInvokeConfig']>['async_invoke_configs'][number];
type ReservedConfig = RouteResponse<Routes['listReservedInstanceConfigs']>['reserved_instances'][number];
type Receiver = NonNullable<AsyncEntry['on_success']>;

/** As a project file has it; the versions that it leads to are not part of one. */
export function describeAlias(
  alias: Alias,
  parts: { async: AsyncEntry | undefined; reserved: ReservedEntry | undefined },
): AliasEntry {
  const { description, additional_version_weights = {}, additional_version_strategy = {} } = alias;
  const [share] = Object.values(additional_version_weights);
  const [strategy] = Object.values(additional_version_strategy);
  const rules = strategy?.rules.map(({ rule_type, param, value }) => `${rule_type}:${param}=${value}`);
  return {
    ...(description === '' ? {} : { description }),
    ...(share === undefined ? {} : { share }),
    ...(rules === undefined ? {} : { rules, ...(strategy?.combine_type === 'or' ? { any: true } : {}) }),
    ...(parts.async === undefined ? {} : { async: parts.async }),
    ...(parts.reserved === undefined ? {} : { reserved: parts.reserved }),
  };
}

export function describeAsync(config: AsyncConfig): AsyncEntry {
  const { max_async_retry_attempts: retries, max_async_event_age_in_seconds: max_age, destination_config } = config;
  const on_success = receiverOf(destination_config.on_success);
  const on_failure = receiverOf(destination_config.on_failure);
  return {
    ...(retries === 1 ? {} : { retries }),
    ...(max_age === 3600 ? {} : { max_age }),
    ...(on_success && { on_success }),
    ...(on_failure && { on_failure }),
    ...(config.enable_async_status_log ? { status_log: true } : {}),
  };
}

function receiverOf(stored: AsyncConfig['destination_config']['on_success']): Receiver | undefined {
  const found = storedReceiver(stored);
  if (found === null) return undefined;
  const { func_urn, topic_urn, url, stream_name, bucket, prefix, expires } = found;
  if (func_urn !== undefined) {
    const [name = '', qualifier = ''] = String(func_urn).split(':').slice(6);
    return { function: name, ...(qualifier.startsWith('!') ? { alias: qualifier.slice(1) } : {}) };
  }
  if (topic_urn !== undefined) return { topic: String(topic_urn).split(':').at(-1) ?? '' };
  if (url !== undefined) return { url: String(url) };
  if (stream_name !== undefined) return { stream: String(stream_name) };
  const place = { bucket: String(bucket), ...(prefix ? { prefix: String(prefix) } : {}) };
  return { ...place, ...(expires === undefined ? {} : { expires: Number(expires) }) };
}

export function describeReserved({ min_count, idle_mode, tactics_config }: ReservedConfig): ReservedEntry {
  const schedules = tactics_config.cron_configs.map(({ name, count, cron, start_time, expired_time }) => {
    const from = start_time === 0 ? {} : { from: timeOf(start_time) };
    const until = timeOf(expired_time).startsWith(END_OF_TIME) ? {} : { until: timeOf(expired_time) };
    return [name, { count, cron, ...from, ...until }] as const;
  });
  const byLoad = tactics_config.metric_configs.map(
    ({ name, threshold, min }) => [name, { percent: threshold, min }] as const,
  );
  return {
    count: min_count,
    ...(idle_mode ? { idle: true } : {}),
    ...(schedules.length === 0 ? {} : { schedules: Object.fromEntries(schedules) }),
    ...(byLoad.length === 0 ? {} : { by_load: Object.fromEntries(byLoad) }),
  };
}

const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

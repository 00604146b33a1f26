import { LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Catalog } from '../catalog.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import type { AsyncConfigStore } from './async-config-store.ts';
import { type AsyncConfig, type AsyncSettings, DEFAULT_POLICY, type Destination } from './types.ts';

const DESTINATIONS = ['OBS', 'SMN', 'DIS', 'FunctionGraph'];
const LOG_NAMES = ['log_group_id', 'log_stream_id', 'log_group_name', 'log_stream_name'];

/** Asynchronous settings of functions, held in memory and told to the catalog; a change is durable when its promise resolves. */
export class AsyncConfigs {
  readonly #store: AsyncConfigStore;
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #byFunction = new Map<string, Map<string, AsyncConfig>>();

  constructor(store: AsyncConfigStore, catalog: Catalog, clock: Clock) {
    this.#store = store;
    this.#catalog = catalog;
    this.#clock = clock;
    // the rows go with the function's own
    catalog.facts.on('function.deleted', ({ functionId }) => this.#byFunction.delete(functionId));
    catalog.facts.on('version.deleted', ({ snapshot }) => this.#forget(snapshot.functionId, snapshot.version));
    catalog.facts.on('alias.deleted', ({ functionId, alias }) => this.#forget(functionId, `!${alias}`));
  }

  async start(): Promise<void> {
    for (const config of await this.#store.all()) this.#remember(config);
  }

  find(functionId: string, qualifier: string): AsyncConfig | undefined {
    return this.#byFunction.get(functionId)?.get(qualifier);
  }

  /** All settings of a function, by qualifier. */
  list(functionId: string): readonly AsyncConfig[] {
    return [...(this.#byFunction.get(functionId)?.values() ?? [])].sort((a, b) => (a.qualifier < b.qualifier ? -1 : 1));
  }

  /** Sets what the body names; the rest gets its default, as the API does. Throws `invalid_request`. */
  async set(functionId: string, qualifier: string, body: Kept): Promise<AsyncConfig> {
    const fields = new WireFields(body);
    const before = this.find(functionId, qualifier);
    const now = this.#clock.now();
    const config: AsyncConfig = {
      functionId,
      qualifier,
      maxAgeSeconds:
        fields.integer('max_async_event_age_in_seconds', { ...LIMITS.asyncMaxAgeSeconds, unit: 'seconds' }) ??
        DEFAULT_POLICY.maxAgeSeconds,
      maxRetries: fields.integer('max_async_retry_attempts', LIMITS.asyncRetries) ?? DEFAULT_POLICY.maxRetries,
      settings: settings(fields),
      createdAt: before?.createdAt ?? now,
      modifiedAt: now,
    };
    await this.#store.save(config);
    this.#remember(config);
    return config;
  }

  /** Does nothing when there is nothing. */
  async remove(functionId: string, qualifier: string): Promise<void> {
    await this.#store.remove(functionId, qualifier);
    this.#forget(functionId, qualifier);
  }

  #forget(functionId: string, qualifier: string): void {
    this.#byFunction.get(functionId)?.delete(qualifier);
    this.#catalog.setAsyncPolicy(functionId, qualifier, undefined);
  }

  #remember(config: AsyncConfig): void {
    const configs = this.#byFunction.get(config.functionId) ?? new Map<string, AsyncConfig>();
    configs.set(config.qualifier, config);
    this.#byFunction.set(config.functionId, configs);
    const { maxAgeSeconds, maxRetries, settings } = config;
    const policy = { maxAgeSeconds, maxRetries, onSuccess: settings.onSuccess, onFailure: settings.onFailure };
    this.#catalog.setAsyncPolicy(config.functionId, config.qualifier, policy);
  }
}

function settings(fields: WireFields): AsyncSettings {
  const targets = fields.nested('destination_config');
  const onSuccess = destination(targets?.nested('on_success'), 'on_success');
  const onFailure = destination(targets?.nested('on_failure'), 'on_failure');
  const names = LOG_NAMES.map((name) => [name, fields.text(name)] as const);
  return {
    ...(onSuccess === undefined ? {} : { onSuccess }),
    ...(onFailure === undefined ? {} : { onFailure }),
    statusLog: fields.flag('enable_async_status_log') ?? false,
    logNames: Object.fromEntries(names.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

function destination(fields: WireFields | undefined, name: string): Destination | undefined {
  const kind = fields?.text('destination') ?? '';
  if (fields === undefined || kind === '') return undefined;
  if (!DESTINATIONS.includes(kind)) {
    throw new PlatformError('invalid_request', `${name}.destination must be one of ${DESTINATIONS.join(', ')}`);
  }
  const param = fields.text('param') ?? '';
  if (!isJsonObject(param))
    throw new PlatformError('invalid_request', `${name}.param must be the text of a JSON object`);
  return { destination: kind, param };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

import { type FunctionUrn, LIMITS, type TopicUrn } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import type { ChangeFeed } from '../../storage/index.ts';
import type { Catalog } from '../catalog.ts';
import { checkRange } from '../checks.ts';
import type { FunctionName } from '../functions/types.ts';
import type { AsyncConfigStore } from './async-config-store.ts';
import type { DestinationRules, ResultPlace } from './destination-rules.ts';
import { readDestination } from './read-destination.ts';
import {
  type AsyncConfig,
  type AsyncSettings,
  DEFAULT_POLICY,
  type Destination,
  type NewAsyncConfig,
  type Setter,
} from './types.ts';

export interface AsyncConfigsOptions {
  readonly store: AsyncConfigStore;
  readonly catalog: Catalog;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  /** Of every kind of destination. */
  readonly kinds: readonly DestinationRules[];
  /** Hosts of the own network that results may be sent to. */
  readonly webhookHosts: ReadonlySet<string>;
}

/** The target of the settings. */
export interface AsyncConfigOf {
  readonly functionId: string;
  readonly name: FunctionName;
  /** `latest`, a version, or `!alias`. */
  readonly qualifier: string;
}

/**
 * Asynchronous settings of functions, held in memory and passed to the catalog; a change is durable when its promise
 * resolves.
 */
export class AsyncConfigs {
  readonly #options: AsyncConfigsOptions;

  constructor(options: AsyncConfigsOptions) {
    this.#options = options;
  }

  find(functionId: string, qualifier: string): AsyncConfig | undefined {
    return this.#options.catalog.entry(functionId)?.asyncConfigs.get(qualifier);
  }

  /** All settings of a function, by qualifier. */
  list(functionId: string): readonly AsyncConfig[] {
    return [...(this.#options.catalog.entry(functionId)?.asyncConfigs.values() ?? [])].sort((a, b) =>
      a.qualifier < b.qualifier ? -1 : 1,
    );
  }

  /** What results of a version or alias become. */
  resultPlaces(functionId: string, name: FunctionName, qualifier: string): readonly ResultPlace[] {
    const { onSuccess, onFailure } = this.find(functionId, qualifier)?.settings ?? {};
    return [onSuccess, onFailure].flatMap((destination) => {
      if (destination === undefined) return [];
      const { kind, target } = readDestination(destination, this.#options.kinds, 'destination');
      return kind.becomes?.(target, name) ?? [];
    });
  }

  /**
   * Sets what is given; the rest gets its default, as the API does. `setting` names the caller, and throws when a
   * function may not be called as destination. Throws `invalid_request`, `function_not_found`, `version_not_found`,
   * `alias_not_found`.
   */
  async set(
    of: AsyncConfigOf,
    { maxAgeSeconds, maxRetries, settings }: NewAsyncConfig,
    setting: Setting = UNCHECKED,
  ): Promise<AsyncConfig> {
    const { functionId, qualifier } = of;
    checkRange('max_async_event_age_in_seconds', maxAgeSeconds, { ...LIMITS.asyncMaxAgeSeconds, unit: 'seconds' });
    checkRange('max_async_retry_attempts', maxRetries, LIMITS.asyncRetries);
    const destinations = this.#checked(of, settings, setting);
    const before = this.find(functionId, qualifier);
    const now = this.#options.clock.now();
    const config: AsyncConfig = {
      functionId,
      qualifier,
      maxAgeSeconds: maxAgeSeconds ?? DEFAULT_POLICY.maxAgeSeconds,
      maxRetries: maxRetries ?? DEFAULT_POLICY.maxRetries,
      settings: { ...settings, ...destinations },
      createdAt: before?.createdAt ?? now,
      modifiedAt: now,
    };
    await this.#options.store.save(config);
    await this.#options.feed.caughtUp();
    return config;
  }

  /** Does nothing without a setting. */
  async remove(functionId: string, qualifier: string): Promise<void> {
    await this.#options.store.remove(functionId, qualifier);
    await this.#options.feed.caughtUp();
  }

  /** The destinations, those that need it with the caller that set them. */
  #checked(of: AsyncConfigOf, settings: AsyncSettings, { setBy, ...rights }: Setting) {
    const { catalog, webhookHosts, kinds } = this.#options;
    const given = [
      ['onSuccess', 'on_success'],
      ['onFailure', 'on_failure'],
    ] as const;
    const checked: { onSuccess?: Destination; onFailure?: Destination } = {};
    for (const [name, field] of given) {
      const destination = settings[name];
      if (destination === undefined) continue;
      const { kind, target } = readDestination(destination, kinds, field);
      kind.check?.(target, { ...of, field, catalog, webhookHosts, ...rights });
      checked[name] = kind.keepsSetter && setBy !== undefined ? { ...destination, setBy } : destination;
    }
    return checked;
  }
}

const UNCHECKED: Setting = {
  setBy: undefined,
  mayInvoke: () => {},
  mayPublish: () => {},
  mayStore: () => {},
  mayPut: () => {},
};

/** The caller that sets destinations. */
export interface Setting {
  readonly setBy: Setter | undefined;
  readonly mayInvoke: (destination: FunctionUrn) => void;
  readonly mayPublish: (topic: TopicUrn) => void;
  readonly mayStore: (object: { readonly bucket: string; readonly key: string }) => void;
  readonly mayPut: (stream: string) => void;
}

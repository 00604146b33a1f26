import { type FunctionUrn, LIMITS } from '@funcgraph/api';
import { languageOf } from '@funcgraph/runtimes';
import { LATEST } from '../../domain/names.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ChangeFeed } from '../../storage/index.ts';
import type { Catalog } from '../catalog.ts';
import { checkRange } from '../checks.ts';
import type { FunctionName } from '../functions/types.ts';
import type { AsyncConfigStore } from './async-config-store.ts';
import { checkWebhook, type DestinationTarget, parseDestination } from './destination.ts';
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
  readonly #store: AsyncConfigStore;
  readonly #catalog: Catalog;
  readonly #feed: ChangeFeed;
  readonly #clock: Clock;
  readonly #webhookHosts: ReadonlySet<string>;

  constructor(options: AsyncConfigsOptions) {
    const { store, catalog, feed, clock, webhookHosts } = options;
    this.#store = store;
    this.#catalog = catalog;
    this.#feed = feed;
    this.#clock = clock;
    this.#webhookHosts = webhookHosts;
  }

  find(functionId: string, qualifier: string): AsyncConfig | undefined {
    return this.#catalog.entry(functionId)?.asyncConfigs.get(qualifier);
  }

  /** All settings of a function, by qualifier. */
  list(functionId: string): readonly AsyncConfig[] {
    return [...(this.#catalog.entry(functionId)?.asyncConfigs.values() ?? [])].sort((a, b) =>
      a.qualifier < b.qualifier ? -1 : 1,
    );
  }

  /**
   * Sets what is given; the rest gets its default, as the API does. `setting` names the caller, and throws when a
   * function may not be called as destination. Throws `invalid_request`, `function_not_found`, `version_not_found`,
   * `alias_not_found`.
   */
  async set(
    of: AsyncConfigOf,
    { maxAgeSeconds, maxRetries, settings }: NewAsyncConfig,
    setting: Setting = { setBy: undefined, mayInvoke: () => {} },
  ): Promise<AsyncConfig> {
    const { functionId, qualifier } = of;
    checkRange('max_async_event_age_in_seconds', maxAgeSeconds, { ...LIMITS.asyncMaxAgeSeconds, unit: 'seconds' });
    checkRange('max_async_retry_attempts', maxRetries, LIMITS.asyncRetries);
    const targets = targetsOf(settings);
    for (const { target, field } of targets) {
      if (target.kind === 'webhook') checkWebhook(target.url, this.#webhookHosts, field);
      if (target.kind === 'function') {
        this.#checkFunction(target.urn, of, field);
        setting.mayInvoke(target.urn);
      }
    }
    const before = this.find(functionId, qualifier);
    const now = this.#clock.now();
    const config: AsyncConfig = {
      functionId,
      qualifier,
      maxAgeSeconds: maxAgeSeconds ?? DEFAULT_POLICY.maxAgeSeconds,
      maxRetries: maxRetries ?? DEFAULT_POLICY.maxRetries,
      settings: { ...settings, ...setBy(targets, setting.setBy) },
      createdAt: before?.createdAt ?? now,
      modifiedAt: now,
    };
    await this.#store.save(config);
    await this.#feed.caughtUp();
    return config;
  }

  /** Does nothing without a setting. */
  async remove(functionId: string, qualifier: string): Promise<void> {
    await this.#store.remove(functionId, qualifier);
    await this.#feed.caughtUp();
  }

  #checkFunction(urn: FunctionUrn, of: AsyncConfigOf, field: string): void {
    const { projectId, package: pkg, name } = of.name;
    if (urn.projectId !== projectId) {
      throw new PlatformError('invalid_request', `${field}: the function must be in the same project`);
    }
    const qualifier = urn.qualifier?.name ?? LATEST;
    const alias = urn.qualifier?.kind === 'alias';
    const version = alias
      ? this.#catalog.resolveAlias(projectId, urn.package, urn.name, qualifier)?.version
      : qualifier;
    const snapshot =
      version === undefined ? undefined : this.#catalog.resolve(projectId, urn.package, urn.name, version);
    if (snapshot === undefined) {
      const exists = this.#catalog.resolve(projectId, urn.package, urn.name, LATEST) !== undefined;
      const code = exists ? (alias ? 'alias_not_found' : 'version_not_found') : 'function_not_found';
      throw new PlatformError(code, `${field}: there is no function ${urn.package}:${urn.name}:${qualifier}`);
    }
    if (languageOf(snapshot.runtime)?.id === 'http') {
      throw new PlatformError('invalid_request', `${field}: an HTTP function cannot be invoked asynchronously`, {
        hint: 'Put an event function in front of it.',
      });
    }
    const itself = urn.package === pkg && urn.name === name && `${alias ? '!' : ''}${qualifier}` === of.qualifier;
    if (itself) {
      throw new PlatformError('invalid_request', `${field}: a function cannot be its own destination`, {
        hint: 'Set max_async_retry_attempts to try it again.',
      });
    }
  }
}

/** The caller that sets destinations. */
export interface Setting {
  readonly setBy: Setter | undefined;
  readonly mayInvoke: (destination: FunctionUrn) => void;
}

interface Target {
  readonly name: 'onSuccess' | 'onFailure';
  readonly field: string;
  readonly destination: Destination;
  readonly target: DestinationTarget;
}

/** The destinations that are functions, with the caller that set them. */
function setBy(targets: readonly Target[], setter: Setter | undefined): Pick<AsyncSettings, 'onSuccess' | 'onFailure'> {
  if (setter === undefined) return {};
  const functions = targets.filter(({ target }) => target.kind === 'function');
  return Object.fromEntries(functions.map(({ name, destination }) => [name, { ...destination, setBy: setter }]));
}

function targetsOf({ onSuccess, onFailure }: AsyncSettings): readonly Target[] {
  const given = [
    ['onSuccess', 'on_success', onSuccess],
    ['onFailure', 'on_failure', onFailure],
  ] as const;
  return given.flatMap(([name, field, destination]) =>
    destination === undefined ? [] : [{ name, field, destination, target: parseDestination(destination, field) }],
  );
}

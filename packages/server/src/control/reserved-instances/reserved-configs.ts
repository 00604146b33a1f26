import { LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { VersionSnapshot } from '../catalog.ts';
import type { FunctionAccess } from '../functions/function-access.ts';
import type { FunctionName } from '../functions/types.ts';
import { peakCount } from './desired-count.ts';
import { checkedPolicies, checkMetricPolicies } from './reservation.ts';
import type { ReservedConfigStore } from './reserved-config-store.ts';
import type { Reservation, ReservedConfig } from './types.ts';

export interface ReservedConfigsOptions {
  readonly access: FunctionAccess;
  readonly store: ReservedConfigStore;
  readonly clock: Clock;
  /** The concurrency limit of a project; a part of it may be reserved. */
  readonly accountConcurrency: number;
}

/** Most reserved instances of a project. */
export function reservedQuota(accountConcurrency: number): number {
  return Math.floor(accountConcurrency * LIMITS.reservedShare);
}

/**
 * Which versions and aliases have reserved instances. A change is durable and in the catalog when its promise resolves.
 */
export class ReservedConfigs {
  readonly #options: ReservedConfigsOptions;

  constructor(options: ReservedConfigsOptions) {
    this.#options = options;
  }

  /** Most reserved instances of a project. */
  get quota(): number {
    return reservedQuota(this.#options.accountConcurrency);
  }

  /**
   * Sets how many instances of a version or alias (`!name`) are kept ready; a count of 0 without policies removes the
   * setting. Throws `function_not_found`, `version_not_found`, `alias_not_found`, `reserved_quota`,
   * `invalid_concurrency`.
   */
  async set(name: FunctionName, qualifier: string, reservation: Reservation): Promise<ReservedConfig> {
    const { access, store, clock } = this.#options;
    const { count, idleMode = false } = reservation;
    const policies = checkedPolicies(count, reservation.policies ?? []);
    const byMetric = checkMetricPolicies(reservation.byMetric ?? []);
    return access.alone(name, async () => {
      const version = this.#versionOf(name, qualifier);
      const { fn } = await access.find(name, version);
      const before = access.catalog.reserved(fn.id).find((config) => config.qualifier === qualifier);
      const now = clock.now();
      const config: ReservedConfig = {
        fn: name,
        functionId: fn.id,
        qualifier,
        count,
        idleMode,
        policies,
        byMetric,
        createdAt: before?.createdAt ?? now,
        modifiedAt: now,
      };
      if (peakCount(config) === 0 && byMetric.length === 0) {
        await store.remove(fn.id, qualifier);
        await access.caughtUp();
        return config;
      }
      await store.save(config, (ofProject) => {
        this.#checkConflict(config, version, ofProject);
        this.#checkCounts(config, version, ofProject);
      });
      await access.caughtUp();
      return config;
    });
  }

  /** Of a project, or of one of its functions by id; in a steady order. */
  list(projectId: string, functionId?: string): readonly ReservedConfig[] {
    const key = ({ fn, qualifier }: ReservedConfig): string => `${fn.package}:${fn.name}:${qualifier}`;
    return this.#options.access.catalog
      .allReserved()
      .filter((config) => config.fn.projectId === projectId)
      .filter((config) => functionId === undefined || config.functionId === functionId)
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  #versionOf(name: FunctionName, qualifier: string): string {
    if (!qualifier.startsWith('!')) return qualifier;
    const { catalog } = this.#options.access;
    const alias = catalog.resolveAlias(name.projectId, name.package, name.name, qualifier.slice(1));
    if (alias !== undefined) return alias.version;
    throw new PlatformError('alias_not_found', `function ${name.name} has no alias ${qualifier.slice(1)}`);
  }

  /** An alias and the version that it points to are one reservation, not two. */
  #checkConflict(
    { fn, functionId, qualifier }: ReservedConfig,
    version: string,
    ofProject: readonly ReservedConfig[],
  ): void {
    for (const other of ofProject.filter((one) => one.functionId === functionId)) {
      if (other.qualifier === qualifier || other.qualifier.startsWith('!') === qualifier.startsWith('!')) continue;
      if (this.#versionOf(fn, other.qualifier) !== version) continue;
      const alias = [qualifier, other.qualifier].find((text) => text.startsWith('!'))?.slice(1);
      throw new PlatformError(
        'invalid_concurrency',
        `alias ${alias} and version ${version}, which it points to, cannot both have reserved instances`,
        { hint: `Set those of ${other.qualifier.replace('!', 'alias ')} to 0 first.` },
      );
    }
  }

  #checkCounts(config: ReservedConfig, version: string, ofProject: readonly ReservedConfig[]): void {
    const { catalog } = this.#options.access;
    const { fn, functionId, qualifier } = config;
    const peak = peakCount(config);
    const sum = (configs: readonly ReservedConfig[]): number =>
      configs.reduce(
        (total, one) => total + (one.functionId === functionId && one.qualifier === qualifier ? 0 : peakCount(one)),
        peak,
      );
    const total = sum(ofProject);
    if (total > this.quota) {
      throw new PlatformError(
        'reserved_quota',
        `the project would have ${total} reserved instances; it may have ${this.quota}`,
        { hint: `That is ${LIMITS.reservedShare * 100} % of the concurrency of the account.` },
      );
    }
    const snapshot: VersionSnapshot | undefined = catalog.resolve(fn.projectId, fn.package, fn.name, version);
    const ofFunction = sum(ofProject.filter((one) => one.functionId === functionId));
    if (snapshot !== undefined && snapshot.maxInstances >= 0 && ofFunction > snapshot.maxInstances) {
      throw new PlatformError(
        'invalid_concurrency',
        `the function would have ${ofFunction} reserved instances, but at most ${snapshot.maxInstances} instances`,
        { hint: 'Raise the number of instances of the function first.' },
      );
    }
  }
}

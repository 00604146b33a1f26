import type { Logger } from 'pino';
import {
  type Catalog,
  leastCount,
  nextChange,
  peakCount,
  type ReservedConfig,
  type ReservedPlaces,
  trackedCount,
  type VersionSnapshot,
} from '../control/index.ts';
import type { LaunchSpec, ReservedKeeper, ReservedState } from '../instances/index.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Peak } from '../telemetry/index.ts';
import type { AccountGate } from './account-gate.ts';
import { CallPeaks } from './call-peaks.ts';
import { functionKeyOf } from './launch.ts';

export interface ReservedDemandOptions {
  readonly catalog: Catalog;
  readonly keeper: ReservedKeeper;
  /** The share of this server. */
  readonly places: ReservedPlaces;
  /** Whether an instance of so many MB fits into the memory budget now. */
  readonly hasMemoryFor: (mb: number) => boolean;
  readonly gate: AccountGate;
  /** Most reserved instances of a project. */
  readonly quota: number;
  /** Rejects with `invalid_runtime` when the machine cannot run the function. */
  readonly specFor: (target: { snapshot: VersionSnapshot; alias: string }) => Promise<LaunchSpec>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A changed clock, or a newly installed interpreter, is noticed after this time. */
const LOOK_AGAIN_MS = 60_000;
const NOTHING: ReservedState = { desired: 0, ready: 0, starting: 0, failing: undefined };

/**
 * Passes the current meaning of reserved instance settings to the keeper: after each change of a function, version,
 * alias or setting, when a policy takes effect or ends, and for policies by metric with the calls. Settings of an alias run the version that it points to, not
 * its additional one, and serve calls through the alias; those of a version serve calls of the version.
 */
export class ReservedDemand {
  readonly #options: ReservedDemandOptions;
  /** Functions with reserved instances, and the ids of their reservations. */
  readonly #ids = new Map<string, ReadonlySet<string>>();
  /** Reasons why an instance cannot be reserved, in addition to the keeper's. */
  readonly #notes = new Map<string, string>();
  /** Latest round of each function; results of older rounds are ignored. */
  readonly #rounds = new Map<string, number>();
  readonly #projects = new Map<string, string>();
  readonly #peaks = new CallPeaks();
  #timer: Timer | undefined;
  #round = 0;
  #stopped = false;

  constructor(options: ReservedDemandOptions) {
    this.#options = options;
  }

  /** Call once, when the catalog is filled. */
  start(): void {
    const { facts } = this.#options.catalog;
    for (const fact of ['function.updated', 'alias.updated', 'alias.deleted', 'reserved.updated'] as const) {
      facts.on(fact, ({ functionId }) => this.#changed(functionId));
    }
    facts.on('version.deleted', ({ snapshot }) => this.#changed(snapshot.functionId));
    facts.on('function.deleted', ({ functionId }) => this.#changed(functionId));
    this.#options.keeper.onNoMemory((id, kept) => this.#noRoom(id, kept));
    this.#options.places.onChange((reservations) => this.#placesChanged(reservations));
    this.#lookAtAll();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Current state of a setting. */
  state(
    config: Pick<ReservedConfig, 'functionId' | 'qualifier'>,
  ): ReservedState & { readonly note: string | undefined } {
    const id = idOf(config);
    return { ...(this.#options.keeper.state(id) ?? NOTHING), note: this.#notes.get(id) };
  }

  /** Adapts the settings with policies by metric to the most calls at once since the call before. */
  follow(peaks: readonly Peak[]): void {
    const tracking = this.#options.catalog.allReserved().filter(({ byMetric }) => byMetric.length > 0);
    if (tracking.length === 0 || this.#stopped) return;
    const byText = new Map(peaks.map((peak) => [`${peak.functionKey}\n${peak.qualifier}`, peak.concurrency]));
    const calls = tracking.map((config): [string, number] => [
      idOf(config),
      byText.get(`${functionKeyOf(config.fn)}\n${config.qualifier}`) ?? 0,
    ]);
    this.#peaks.add(this.#options.clock.now(), new Map(calls));
    const changed = tracking.filter((config) => {
      const target = this.#targetOf(config);
      const desired = this.#options.keeper.state(idOf(config))?.desired;
      return target !== undefined && desired !== undefined && desired !== this.#countOf(config, target.snapshot);
    });
    for (const functionId of new Set(changed.map((config) => config.functionId))) this.#look(functionId);
  }

  /** This server has room for so many instances of a reservation, and no more: the others start the rest. */
  #noRoom(id: string, kept: number): void {
    const { places } = this.#options;
    if (places.hasOthers && this.#functionOf(id) !== undefined) places.note(id, kept);
  }

  #placesChanged(reservations: ReadonlySet<string> | undefined): void {
    if (reservations === undefined) this.#lookAtAll();
    else for (const id of reservations) this.#changed(functionIdOf(id));
  }

  #functionOf(id: string): string | undefined {
    const functionId = functionIdOf(id);
    return this.#ids.get(functionId)?.has(id) === true ? functionId : undefined;
  }

  /** Takes one more instance at a time where this server had too little room. */
  #takeMore(id: string, spec: LaunchSpec, count: number): void {
    const { places, hasMemoryFor, keeper } = this.#options;
    const limit = places.limit(id);
    if (limit === undefined) return;
    if (!places.hasOthers || limit >= count) places.note(id, undefined);
    else if ((keeper.state(id)?.ready ?? 0) >= limit && hasMemoryFor(spec.memoryMb)) places.note(id, limit + 1);
  }

  #lookAtAll(): void {
    const { catalog } = this.#options;
    for (const functionId of new Set(catalog.allReserved().map((config) => config.functionId))) this.#look(functionId);
    this.#arm();
  }

  /** Schedules the next look at all settings: when a policy takes effect or ends, and at regular intervals. */
  #arm(): void {
    const { catalog, clock } = this.#options;
    this.#timer?.cancel();
    if (this.#stopped) return;
    const now = clock.now();
    const changes = catalog.allReserved().map((config) => nextChange(config, now) ?? Number.POSITIVE_INFINITY);
    this.#timer = clock.after(Math.min(...changes, now + LOOK_AGAIN_MS) - now, () => this.#lookAtAll());
  }

  #changed(functionId: string): void {
    const isReserved = this.#options.catalog.reserved(functionId).length > 0;
    if (!isReserved && !this.#ids.has(functionId)) return;
    this.#look(functionId);
    this.#arm();
  }

  #look(functionId: string): void {
    if (this.#stopped) return;
    const configs = this.#options.catalog.reserved(functionId);
    this.#round += 1;
    this.#rounds.set(functionId, this.#round);
    this.#dropOthers(functionId, configs);
    if (configs.length === 0) return;
    this.#plan(functionId, configs, this.#round).catch((error: unknown) =>
      this.#options.log.error({ functionId, err: error }, 'reserved instances could not be planned'),
    );
  }

  #dropOthers(functionId: string, configs: readonly ReservedConfig[]): void {
    const { keeper, gate, places } = this.#options;
    const desired = new Set(configs.map(idOf));
    for (const id of this.#ids.get(functionId) ?? []) {
      if (desired.has(id)) continue;
      keeper.drop(id);
      this.#notes.delete(id);
      places.note(id, undefined);
    }
    this.#ids.set(functionId, desired);
    if (configs.length > 0) return;
    this.#ids.delete(functionId);
    this.#rounds.delete(functionId);
    const projectId = this.#projects.get(functionId);
    if (projectId !== undefined) gate.reserve(projectId, functionId, 0);
    this.#projects.delete(functionId);
  }

  async #plan(functionId: string, configs: readonly ReservedConfig[], round: number): Promise<void> {
    const { keeper, gate } = this.#options;
    let places = 0;
    for (const config of configs) {
      const id = idOf(config);
      const target = this.#targetOf(config);
      const spec = target === undefined ? undefined : await this.#specOf(id, target);
      if (this.#stopped || this.#rounds.get(functionId) !== round) return;
      if (target === undefined || spec === undefined) {
        keeper.drop(id);
        if (target !== undefined) this.#noRoom(id, 0);
        continue;
      }
      if (isDisabled(target.snapshot)) this.#notes.set(id, 'The function is disabled.');
      else this.#notes.delete(id);
      this.#takeMore(id, spec, peakCount(config));
      const count = this.#countOf(config, target.snapshot);
      places += count;
      keeper.want(id, { spec, count, idleMode: config.idleMode });
    }
    const [first] = configs;
    if (first === undefined) return;
    this.#projects.set(functionId, first.fn.projectId);
    gate.reserve(first.fn.projectId, functionId, places);
  }

  /** How many this server keeps: its share, or more for the calls that it has itself. */
  #countOf(config: ReservedConfig, snapshot: VersionSnapshot): number {
    if (isDisabled(snapshot)) return 0;
    const id = idOf(config);
    return trackedCount(config, {
      least: this.#options.places.share(id, leastCount(config, this.#options.clock.now())),
      peak: this.#peaks.most(id),
      perInstance: snapshot.concurrency,
      most: config.byMetric.length === 0 ? 0 : this.#roomFor(config, snapshot),
    });
  }

  /**
   * What this server may have: its share of the setting's own number, and of what all settings leave of the quota of the
   * project and of the instances of the function.
   */
  #roomFor(config: ReservedConfig, { maxInstances }: VersionSnapshot): number {
    const { catalog, keeper, places, quota } = this.#options;
    const free = { project: quota, function: maxInstances < 0 ? Number.POSITIVE_INFINITY : maxInstances };
    const more = { project: 0, function: 0 };
    for (const one of catalog.allReserved()) {
      if (one.fn.projectId !== config.fn.projectId) continue;
      const id = idOf(one);
      const peak = peakCount(one);
      const above = Math.max(0, (keeper.state(id)?.desired ?? 0) - places.share(id, peak));
      const ofThis = id === idOf(config) ? 0 : above;
      free.project -= peak;
      more.project += ofThis;
      if (one.functionId !== config.functionId) continue;
      free.function -= peak;
      more.function += ofThis;
    }
    const share = (name: string, count: number): number =>
      Number.isFinite(count) && count > 0 ? places.shareOf(name, count) : count;
    const room = Math.min(
      share(config.fn.projectId, free.project) - more.project,
      share(config.functionId, free.function) - more.function,
    );
    return places.share(idOf(config), peakCount(config)) + room;
  }

  /** Undefined for a moment at most: a setting is deleted together with its version or alias. */
  #targetOf({ fn, qualifier }: ReservedConfig): { snapshot: VersionSnapshot; alias: string } | undefined {
    const { catalog } = this.#options;
    const { projectId, package: pkg, name } = fn;
    const alias = qualifier.startsWith('!') ? qualifier.slice(1) : '';
    const version = alias === '' ? qualifier : catalog.resolveAlias(projectId, pkg, name, alias)?.version;
    const snapshot = version === undefined ? undefined : catalog.resolve(projectId, pkg, name, version);
    return snapshot === undefined ? undefined : { snapshot, alias };
  }

  async #specOf(id: string, target: { snapshot: VersionSnapshot; alias: string }): Promise<LaunchSpec | undefined> {
    try {
      return await this.#options.specFor(target);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      this.#notes.set(id, error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
      return undefined;
    }
  }
}

function isDisabled({ enabled, maxInstances }: VersionSnapshot): boolean {
  return !enabled || maxInstances === 0;
}

function functionIdOf(id: string): string {
  return id.slice(0, id.indexOf(':'));
}

function idOf({ functionId, qualifier }: Pick<ReservedConfig, 'functionId' | 'qualifier'>): string {
  return `${functionId}:${qualifier}`;
}

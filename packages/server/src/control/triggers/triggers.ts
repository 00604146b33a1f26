import { randomUUID } from 'node:crypto';
import { LIMITS, parseQualifier } from '@funcgraph/api';
import { languageOf } from '@funcgraph/runtimes';
import { LATEST } from '../../domain/names.ts';
import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { FunctionAccess } from '../functions/function-access.ts';
import type { FunctionName } from '../functions/types.ts';
import { projectQuota, triggerQuota } from './trigger-quota.ts';
import type { FlowListener, TriggerRules, TriggerSources } from './trigger-rules.ts';
import type { TriggerStore } from './trigger-store.ts';
import type { Firing, Trigger, TriggerSettings } from './types.ts';

export interface TriggersOptions {
  readonly access: FunctionAccess;
  readonly store: TriggerStore;
  /** Of every kind of trigger. */
  readonly kinds: readonly TriggerRules[];
  /** Names another resource that holds the unique key, such as a flow with the same gateway path. */
  readonly elsewhere?: (uniqueKey: string) => string | undefined;
  /** Triggers of flows of the project; with a source those that listen to it. */
  readonly ofFlows?: (projectId: string, source?: string) => Iterable<FlowListener>;
  readonly sources?: TriggerSources;
  readonly sealer: Pick<Sealer, 'seal'>;
  readonly clock: Clock;
}

/** A trigger as a path names it. Without a qualifier it may be of any version or alias. */
export interface TriggerRef {
  readonly name: FunctionName;
  readonly qualifier: string | undefined;
  readonly kind: string;
  readonly id: string;
}

export interface NewTrigger {
  readonly active: boolean;
  readonly settings: TriggerSettings;
}

export interface TriggerChange {
  readonly active?: boolean | undefined;
  /** Makes the new settings from the present ones, so that two changes at once are both kept. */
  readonly settings?: ((before: Trigger) => TriggerSettings) | undefined;
}

const SECOND_MS = 1000;
const NO_SOURCES: TriggerSources = {
  bucket: () => Promise.resolve(undefined),
  topic: () => Promise.resolve(false),
  brokerHosts: new Set(),
  stream: () => Promise.resolve(false),
};
const NAME = /^\p{L}[\p{L}\p{N}_-]{0,63}$/u;

/**
 * Triggers of functions. A change is durable, and timers and gateway apply it, when its promise resolves. All methods
 * throw `function_not_found`, `version_not_found`, `alias_not_found`. Triggers are deleted with their version, alias or
 * function.
 */
export class Triggers {
  readonly #options: TriggersOptions;
  /** All functions of a project share the paths of the gateway. */
  readonly #projects = new KeyLock();
  readonly #rules: ReadonlyMap<string, TriggerRules>;

  constructor(options: TriggersOptions) {
    this.#options = options;
    this.#rules = new Map(options.kinds.map((rules) => [rules.code, rules]));
  }

  /**
   * Throws `invalid_trigger_type`, `trigger_quota`, and the errors of the kind: for the settings, for a name that is
   * taken, and for other conflicts.
   */
  async create(name: FunctionName, qualifier: string, requested: NewTrigger): Promise<Trigger> {
    const { access, store, clock } = this.#options;
    this.#checkSettings(requested.settings);
    const settings = this.#sealed(requested.settings);
    return this.#alone(name, async () => {
      const { fn } = await this.#find(name, qualifier);
      const now = clock.now();
      const trigger: Trigger = {
        id: randomUUID(),
        fn: name,
        functionId: fn.id,
        qualifier,
        active: requested.active,
        settings,
        since: Math.floor(now / SECOND_MS) * SECOND_MS,
        fired: undefined,
        createdAt: now,
        modifiedAt: now,
      };
      this.#check(trigger, fn.runtime);
      await this.#checkSource(trigger);
      const { mostOfProject: ofProject } = this.#rulesOf(trigger.settings);
      const most = { ofVersion: LIMITS.triggersPerVersion, ofProject };
      const outcome = await store.insert(trigger, this.#keys(trigger), most);
      if (outcome === 'taken') throw this.#nameTaken(trigger);
      if (outcome === 'version_full') throw triggerQuota(shownQualifier(qualifier), `${most.ofVersion} triggers`);
      if (outcome === 'project_full' && ofProject !== undefined) throw projectQuota(ofProject);
      await access.caughtUp();
      return trigger;
    });
  }

  /** By function, and oldest first. From memory. */
  ofProject(projectId: string): readonly Trigger[] {
    return [...this.#options.access.catalog.allTriggers()].filter(({ fn }) => fn.projectId === projectId);
  }

  /** Oldest first; of the whole function without a qualifier. */
  async list(name: FunctionName, qualifier: string | undefined): Promise<readonly Trigger[]> {
    const { fn } = await this.#find(name, qualifier ?? LATEST);
    const all = this.#options.access.catalog.triggers(fn.id);
    return all.filter((trigger) => qualifier === undefined || trigger.qualifier === qualifier);
  }

  /** Throws `trigger_not_found`, `invalid_trigger_type`. */
  async show(ref: TriggerRef): Promise<Trigger> {
    const { name, qualifier, kind, id } = ref;
    const { fn } = await this.#find(name, qualifier ?? LATEST);
    const found = this.#options.access.catalog
      .triggers(fn.id)
      .find((trigger) => trigger.id === id && (qualifier === undefined || trigger.qualifier === qualifier));
    if (found !== undefined && found.settings.kind === kind) return found;
    throw new PlatformError(
      'trigger_not_found',
      `function ${name.name} has no trigger ${id.slice(0, 64)} of type ${kind.slice(0, 40)} there`,
    );
  }

  /** Omitted settings stay. Throws like `show` and `create`. */
  async update(ref: TriggerRef, change: TriggerChange): Promise<Trigger> {
    const { access, store, clock } = this.#options;
    return this.#alone(ref.name, async () => {
      const before = await this.show(ref);
      const { fn } = await access.find(ref.name, LATEST);
      const changed = change.settings?.(before) ?? before.settings;
      this.#checkSettings(changed);
      const settings = this.#sealed(changed);
      const active = change.active ?? before.active;
      const now = clock.now();
      const keeps = this.#rulesOf(settings).keepsSince?.(before.settings, settings) ?? true;
      const trigger: Trigger = {
        ...before,
        active,
        settings,
        since: before.active && keeps ? before.since : Math.floor(now / SECOND_MS) * SECOND_MS,
        modifiedAt: now,
      };
      this.#check(trigger, fn.runtime);
      await this.#checkSource(trigger);
      if (!(await store.replace(trigger, this.#keys(trigger)))) throw this.#nameTaken(trigger);
      await access.caughtUp();
      return trigger;
    });
  }

  /** The old secret is void at once, on other servers in a moment. Throws like `show`. */
  async renewSecret(ref: TriggerRef): Promise<Trigger> {
    const { access, store, clock } = this.#options;
    return this.#alone(ref.name, async () => {
      const trigger = { ...(await this.show(ref)), secretSeed: randomUUID(), modifiedAt: clock.now() };
      await store.renewSecret(trigger);
      await access.caughtUp();
      return trigger;
    });
  }

  /** Throws like `show`. */
  async delete(ref: TriggerRef): Promise<void> {
    await this.#alone(ref.name, async () => this.#remove([await this.show(ref)]));
  }

  /** Those of a published version or an alias; all of the function for `latest` and without a qualifier. */
  async deleteAll(name: FunctionName, qualifier: string | undefined): Promise<void> {
    await this.#alone(name, async () => {
      // `latest` means the function in this operation of the API
      await this.#remove(await this.list(name, qualifier === LATEST ? undefined : qualifier));
    });
  }

  /**
   * The write that must be stored together with the event of a tick. It fails when the tick was stored before, or the
   * trigger was changed meanwhile.
   */
  firing(trigger: Trigger, firing: Firing): AtomicStatement {
    return this.#options.store.ticks.note(trigger, firing);
  }

  /** The last ticks of all timers that have fired, from the database: triggers in the catalog have those of their load. */
  lastTicks(): Promise<ReadonlyMap<string, NonNullable<Trigger['fired']>>> {
    return this.#options.store.ticks.last();
  }

  async #remove(triggers: readonly Trigger[]): Promise<void> {
    const { access, store } = this.#options;
    await store.remove(triggers.map(({ id }) => id));
    await access.caughtUp();
  }

  #alone<T>(name: FunctionName, work: () => Promise<T>): Promise<T> {
    return this.#projects.run(name.projectId, () => this.#options.access.alone(name, work));
  }

  #find(name: FunctionName, qualifier: string) {
    const { access } = this.#options;
    if (!qualifier.startsWith('!')) return access.find(name, qualifier);
    const alias = access.catalog.resolveAlias(name.projectId, name.package, name.name, qualifier.slice(1));
    if (alias !== undefined) return access.find(name, alias.version);
    return access.find(name, LATEST).then(() => {
      throw new PlatformError('alias_not_found', `function ${name.name} has no alias ${qualifier.slice(1)}`);
    });
  }

  #rulesOf({ kind }: TriggerSettings): TriggerRules {
    const rules = this.#rules.get(kind);
    if (rules === undefined) throw new Error(`there are no rules for triggers of type ${kind}`);
    return rules;
  }

  #sealed(settings: TriggerSettings): TriggerSettings {
    return this.#rulesOf(settings).sealed?.(settings, this.#options.sealer) ?? settings;
  }

  #uniqueKey({ fn, settings }: Trigger): string | undefined {
    return this.#rulesOf(settings).uniqueKey?.(fn, settings);
  }

  #keys(trigger: Trigger) {
    const { fn, settings } = trigger;
    return { uniqueKey: this.#uniqueKey(trigger), source: this.#rulesOf(settings).listensTo?.(fn, settings) };
  }

  #checkSettings(settings: TriggerSettings): void {
    const { name } = settings;
    const rules = this.#rulesOf(settings);
    if (!NAME.test(name)) {
      const message = name === '' ? 'name is missing' : 'name is not a name for a trigger';
      throw new PlatformError(rules.errors.invalid, message, {
        hint: '1 to 64 letters, digits, _ and -; starts with a letter.',
      });
    }
    rules.check(settings);
  }

  /** Checks that depend on the function and on other triggers. */
  #check(trigger: Trigger, runtime: string): void {
    const { catalog } = this.#options.access;
    const { settings, functionId, qualifier, id, fn } = trigger;
    const rules = this.#rulesOf(settings);
    const ofFunction = catalog.triggers(functionId).filter((other) => other.id !== id);
    const isHttp = languageOf(runtime)?.id === 'http';
    if (isHttp && !rules.forHttp) {
      throw new PlatformError('invalid_trigger_type', 'an HTTP function has gateway triggers only', {
        hint: 'Use APIG; or let the trigger start an event function that sends a request.',
      });
    }
    const same = ofFunction.find(
      (other) =>
        other.qualifier === qualifier && other.settings.kind === settings.kind && other.settings.name === settings.name,
    );
    if (same !== undefined) throw this.#nameTaken(trigger);
    const key = this.#uniqueKey(trigger);
    const elsewhere = key === undefined ? undefined : this.#options.elsewhere?.(key);
    if (elsewhere !== undefined) {
      const message = 'the path of this trigger is taken in its method and environment';
      throw new PlatformError('request_path_taken', message, { hint: elsewhere });
    }
    rules.checkAmong?.(trigger, {
      isHttp,
      ofFunction,
      hasFunction: (other) => catalog.entry(other)?.projectId === fn.projectId,
      ofFlows: (source) => this.#options.ofFlows?.(fn.projectId, source) ?? [],
      *ofProject() {
        for (const other of catalog.allTriggers()) {
          if (other.id !== id && other.fn.projectId === fn.projectId) yield other;
        }
      },
    });
  }

  async #checkSource({ fn, settings }: Trigger): Promise<void> {
    await this.#rulesOf(settings).checkSource?.(settings, fn.projectId, this.#options.sources ?? NO_SOURCES);
  }

  #nameTaken({ settings, qualifier }: Trigger): PlatformError {
    const message = `${shownQualifier(qualifier)} has a ${settings.kind} trigger ${settings.name}`;
    return new PlatformError(this.#rulesOf(settings).errors.exists, message, {
      hint: 'Choose another name, or delete that one.',
    });
  }
}

/** As messages name it. */
export function shownQualifier(text: string): string {
  const { kind, name } = parseQualifier(text);
  return `${kind} ${name}`;
}

import { isAliasName, LATEST } from '../../domain/names.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { FunctionAccess } from '../functions/function-access.ts';
import type { FunctionName } from '../functions/types.ts';
import type { AliasStore } from './alias-store.ts';
import { checkAliasTarget } from './alias-target.ts';
import type { Alias, AliasTarget, NewAlias } from './types.ts';

export interface AliasesOptions {
  readonly access: FunctionAccess;
  readonly store: AliasStore;
  readonly clock: Clock;
}

/**
 * Movable names of versions. A change is durable, and applies to every later call, when its promise resolves. All
 * methods throw `function_not_found`.
 */
export class Aliases {
  readonly #options: AliasesOptions;

  constructor(options: AliasesOptions) {
    this.#options = options;
  }

  /**
   * Throws `invalid_alias`, `alias_exists`, `alias_quota`, `version_not_found`, `version_has_alias` and the faults of
   * the additional version.
   */
  async create(name: FunctionName, { name: aliasName, ...target }: NewAlias): Promise<Alias> {
    const { access, store, clock } = this.#options;
    if (!isAliasName(aliasName)) {
      throw new PlatformError('invalid_alias', 'name is not a name for an alias', {
        hint: 'At most 64 letters, digits, _ and -; starts with a letter, ends with a letter or digit; not latest.',
      });
    }
    checkAliasTarget(target);
    return access.alone(name, async () => {
      const { fn } = await access.find(name, LATEST);
      const others = await store.of(fn.id);
      const exists = () => new PlatformError('alias_exists', `function ${name.name} has an alias ${aliasName}`);
      if (others.some((other) => other.name === aliasName)) throw exists();
      await this.#check(name, target, others);
      const now = clock.now();
      const { version, additional, description = '' } = target;
      const alias: Alias = { name: aliasName, version, additional, description, createdAt: now, modifiedAt: now };
      const outcome = await store.insert(fn.id, alias, access.quotas.aliasesPerFunction);
      if (outcome === 'taken') throw exists();
      if (outcome === 'full') {
        const message = `function ${name.name} has ${access.quotas.aliasesPerFunction} aliases, as many as it may have`;
        throw new PlatformError('alias_quota', message, { hint: 'Delete aliases that are not needed.' });
      }
      await access.caughtUp();
      return alias;
    });
  }

  /** By name. */
  async list(name: FunctionName): Promise<Alias[]> {
    const { access, store } = this.#options;
    const { fn } = await access.find(name, LATEST);
    return store.of(fn.id);
  }

  /** All aliases of a function by its id. */
  of(functionId: string): Promise<Alias[]> {
    return this.#options.store.of(functionId);
  }

  /** Throws `alias_not_found`. */
  async show(name: FunctionName, aliasName: string): Promise<Alias> {
    return found(name, aliasName, await this.list(name));
  }

  /**
   * Points an alias to another version. An additional version that the body omits is removed; an omitted description
   * stays. Throws like `create`, `alias_not_found`, and `invalid_concurrency` when it and the new version both have
   * reserved instances.
   */
  async update(name: FunctionName, aliasName: string, target: AliasTarget): Promise<Alias> {
    const { access, store, clock } = this.#options;
    checkAliasTarget(target);
    return access.alone(name, async () => {
      const { fn } = await access.find(name, LATEST);
      const all = await store.of(fn.id);
      const before = found(name, aliasName, all);
      const others = all.filter((other) => other.name !== aliasName);
      await this.#check(name, target, others);
      const { version, additional, description = before.description } = target;
      this.#checkReserved(fn.id, aliasName, version);
      const alias: Alias = { ...before, version, additional, description, modifiedAt: clock.now() };
      await store.replace(fn.id, alias);
      await access.caughtUp();
      return alias;
    });
  }

  /** Throws `alias_not_found`, and `alias_has_triggers` while it has some. */
  async delete(name: FunctionName, aliasName: string): Promise<void> {
    const { access, store } = this.#options;
    await access.alone(name, async () => {
      const { fn } = await access.find(name, LATEST);
      found(name, aliasName, await store.of(fn.id));
      this.#checkTriggers(fn.id, aliasName);
      await store.remove(fn.id, aliasName);
      await access.caughtUp();
    });
  }

  /** Both may have reserved instances, but then not one point to the other. */
  #checkReserved(functionId: string, alias: string, version: string): void {
    const reserved = this.#options.access.catalog.reserved(functionId).map(({ qualifier }) => qualifier);
    if (!reserved.includes(`!${alias}`) || !reserved.includes(version)) return;
    const message = `alias ${alias} and version ${version} both have reserved instances`;
    throw new PlatformError('invalid_concurrency', message, {
      hint: 'Set those of one of them to 0, then move the alias.',
    });
  }

  #checkTriggers(functionId: string, alias: string): void {
    const triggers = this.#options.access.catalog.triggers(functionId);
    const bound = triggers.filter(({ qualifier }) => qualifier === `!${alias}`);
    if (bound.length === 0) return;
    const names = bound.map(({ settings }) => settings.name).join(', ');
    throw new PlatformError('alias_has_triggers', `triggers start alias ${alias}: ${names}`, {
      hint: 'Delete them first; batchDeleteFunctionTriggers with the URN of the alias deletes them all.',
    });
  }

  async #check(name: FunctionName, { version, additional }: AliasTarget, others: readonly Alias[]): Promise<void> {
    const { access } = this.#options;
    await access.find(name, version);
    const user = others.find((other) => other.version === version);
    if (user !== undefined) {
      throw new PlatformError('version_has_alias', `alias ${user.name} points to version ${version} already`);
    }
    if (additional === undefined) return;
    if (access.catalog.resolve(name.projectId, name.package, name.name, additional.version) === undefined) {
      const message = `function ${name.name} has no version ${additional.version} to be the additional one`;
      throw new PlatformError('invalid_additional_version', message);
    }
  }
}

function found(name: FunctionName, aliasName: string, all: readonly Alias[]): Alias {
  const alias = all.find((one) => one.name === aliasName);
  if (alias !== undefined) return alias;
  throw new PlatformError('alias_not_found', `function ${name.name} has no alias ${aliasName}`);
}

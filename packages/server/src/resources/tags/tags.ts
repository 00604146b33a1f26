import { LIMITS } from '@funcgraph/api';
import type { FunctionAccess, FunctionName } from '../../control/index.ts';
import { LATEST } from '../../domain/names.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkTags, refuseRepeatedKeys } from './check-tags.ts';
import type { TagStore } from './tag-store.ts';
import type { Tag, TagMatch } from './types.ts';

export function overQuota(owner: string): PlatformError {
  return new PlatformError('tag_quota', `${owner} would have more than ${LIMITS.tagsPerFunction} tags`, {
    hint: 'Delete one first, or change the value of an existing one.',
  });
}

/**
 * Tags belong to a function, not to one of its versions, and go with it. A change is made as a
 * whole and is durable when its promise resolves. Throws `function_not_found`.
 */
export class Tags {
  readonly #access: FunctionAccess;
  readonly #store: TagStore;

  constructor(access: FunctionAccess, store: TagStore) {
    this.#access = access;
    this.#store = store;
  }

  /** By key. */
  async list(name: FunctionName): Promise<readonly Tag[]> {
    return this.#store.list(await this.#idOf(name));
  }

  /** Tags of the functions of a project that have any, by the id of the function. */
  ofProject(projectId: string): Promise<ReadonlyMap<string, readonly Tag[]>> {
    return this.#store.ofProject(projectId);
  }

  /** An existing key gets the new value. Throws `invalid_tag`, `tag_quota`. */
  async set(name: FunctionName, tags: readonly Tag[]): Promise<void> {
    checkTags(tags);
    refuseRepeatedKeys(tags);
    const most = LIMITS.tagsPerFunction;
    await this.#access.alone(name, async () => {
      if ((await this.#store.put(await this.#idOf(name), tags, most)) === 'quota') {
        throw overQuota(`function ${name.name}`);
      }
    });
  }

  /** A missing tag is no error. Throws `invalid_tag`. */
  async remove(name: FunctionName, tags: readonly TagMatch[]): Promise<void> {
    checkTags(tags);
    await this.#access.alone(name, async () => this.#store.remove(await this.#idOf(name), tags));
  }

  async #idOf(name: FunctionName): Promise<string> {
    return (await this.#access.find(name, LATEST)).fn.id;
  }
}

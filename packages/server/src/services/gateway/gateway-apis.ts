import { randomUUID } from 'node:crypto';
import { LIMITS } from '@funcgraph/api';
import { checkLength } from '../../control/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkDefinition, memoryOf, routeKey } from './api-rules.ts';
import type { GatewayApiStore } from './api-store.ts';
import { groupNotFound, overQuota } from './gateway-groups.ts';
import type { LiveGateway } from './live-gateway.ts';
import type { GatewayReleaseStore } from './release-store.ts';
import type { Api, ApiDefinition, Group, Release } from './types.ts';

const MAX_DESCRIPTION_CHARS = 255;

export interface GatewayApisOptions {
  readonly store: GatewayApiStore;
  readonly releases: GatewayReleaseStore;
  readonly live: LiveGateway;
  readonly clock: Clock;
}

export interface Publication {
  readonly stage: string;
  readonly definition: ApiDefinition;
  readonly description: string;
  readonly publishedBy: string;
}

/** APIs of groups and their releases. Whether the caller may use the function of a definition is for the caller to check. */
export class GatewayApis {
  readonly #options: GatewayApisOptions;

  constructor(options: GatewayApisOptions) {
    this.#options = options;
  }

  /** Of a project. */
  count(projectId: string): Promise<number> {
    return this.#options.store.count(projectId);
  }

  /** By name. */
  list({ id }: Group): Promise<Api[]> {
    return this.#options.store.list(id);
  }

  /** Throws `not_found`. */
  async find(group: Group, id: string): Promise<Api> {
    const api = await this.#options.store.find(group.id, id);
    if (api === undefined) throw apiNotFound(group, id);
    return api;
  }

  /** Throws `invalid_request`, `resource_exists`, `gateway_quota`, `not_found`. */
  async create(group: Group, definition: ApiDefinition): Promise<Api> {
    checkDefinition(definition);
    const { store, clock } = this.#options;
    const now = clock.now();
    const { id: groupId, projectId } = group;
    const api: Api = { id: randomUUID(), groupId, projectId, definition, createdAt: now, modifiedAt: now };
    const result = await store.insert(api, LIMITS.gatewayApisPerProject);
    if (result === 'gone') throw groupNotFound(groupId);
    if (result === 'exists') throw apiExists(group, definition);
    if (result === 'quota') throw overQuota('the project', LIMITS.gatewayApisPerProject, 'APIs');
    return api;
  }

  /** Throws `invalid_request`, `resource_exists`, `not_found`. */
  async update(group: Group, api: Api, definition: ApiDefinition): Promise<Api> {
    checkDefinition(definition);
    const changed = { ...api, definition, modifiedAt: this.#options.clock.now() };
    const result = await this.#options.store.update(changed);
    if (result === 'gone') throw apiNotFound(group, api.id);
    if (result === 'exists') throw apiExists(group, definition);
    return changed;
  }

  async delete({ id }: Api): Promise<void> {
    await this.#options.store.remove(id);
    await this.#options.live.caughtUp();
  }

  /** The live releases of an API, from memory. */
  published({ id }: Api): readonly Release[] {
    return this.#options.live.releases(id);
  }

  /** Newest first. */
  history({ id }: Api, stage: string): Promise<Release[]> {
    return this.#options.releases.list(id, stage);
  }

  /** Throws `not_found`. */
  async release(api: Api, stage: string, number: number): Promise<Release> {
    const found = (await this.history(api, stage)).find((release) => release.number === number);
    if (found !== undefined) return found;
    throw new PlatformError('not_found', `API ${api.definition.name} has no release ${number} in ${stage}`);
  }

  /** Replaces what the API serves in the stage. Throws `request_path_taken`, `gateway_quota`, `not_found`. */
  async publish(
    group: Group,
    api: Api,
    { stage, definition, description, publishedBy }: Publication,
  ): Promise<Release> {
    checkLength('description', description, MAX_DESCRIPTION_CHARS);
    const { releases, live, clock } = this.#options;
    const added = {
      id: randomUUID(),
      apiId: api.id,
      groupId: api.groupId,
      projectId: api.projectId,
      stage,
      definition,
      description,
      publishedBy,
      publishedAt: clock.now(),
      routeKey: routeKey(definition),
      bytes: memoryOf(definition),
    };
    const limits = { bytes: LIMITS.gatewayBytesPerProject, history: LIMITS.gatewayReleases };
    const release = await releases.publish(added, limits);
    if (release === 'gone') throw apiNotFound(group, api.id);
    if (release === 'taken') {
      const { method, path } = definition;
      throw new PlatformError('request_path_taken', `another API of the group serves ${method} ${path} in ${stage}`);
    }
    if (release === 'quota') {
      throw new PlatformError(
        'gateway_quota',
        `the published APIs of the project would use over ${limits.bytes} bytes`,
      );
    }
    await live.caughtUp();
    return release;
  }

  /** Throws `not_found`. */
  async unpublish({ id, groupId, definition }: Api, stage: string): Promise<void> {
    if (!(await this.#options.releases.unpublish(groupId, { apiId: id, stage }))) {
      throw new PlatformError('not_found', `API ${definition.name} is not published in ${stage}`);
    }
    await this.#options.live.caughtUp();
  }
}

function apiNotFound({ name }: Group, id: string): PlatformError {
  return new PlatformError('not_found', `group ${name} has no API ${id.slice(0, 64)}`);
}

function apiExists(group: Group, { name }: ApiDefinition): PlatformError {
  return new PlatformError('resource_exists', `group ${group.name} has an API ${name}`);
}

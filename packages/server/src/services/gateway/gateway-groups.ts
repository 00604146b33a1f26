import { randomBytes } from 'node:crypto';
import { LIMITS } from '@funcgraph/api';
import { checkLength } from '../../control/index.ts';
import { isBelow, readHostName } from '../../domain/gateway-host.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkName } from './api-rules.ts';
import type { GatewayGroupStore } from './group-store.ts';
import type { LiveGateway } from './live-gateway.ts';
import type { Group, GroupChange } from './types.ts';

const MAX_DESCRIPTION_CHARS = 255;

/** Names that no tenant gets: those at which the server itself is reached. */
export interface ReservedHosts {
  readonly names: ReadonlySet<string>;
  /** With all names below them. */
  readonly domains: readonly string[];
  /** Without the name of the gateway, any account could take it, and with it the requests of the others. */
  readonly hasGateway: boolean;
}

export interface GatewayGroupsOptions {
  readonly store: GatewayGroupStore;
  readonly live: LiveGateway;
  readonly reserved: ReservedHosts;
  readonly clock: Clock;
}

/** Groups of APIs and their host names. A change is durable, and the gateway applies it, when its promise resolves. */
export class GatewayGroups {
  readonly #options: GatewayGroupsOptions;

  constructor(options: GatewayGroupsOptions) {
    this.#options = options;
  }

  /** By name. */
  list(projectId: string): readonly Group[] {
    return this.#options.live.groups(projectId);
  }

  /** Throws `not_found`. */
  find(projectId: string, id: string): Group {
    const group = this.#options.live.group(id);
    if (group?.projectId === projectId) return group;
    throw groupNotFound(id);
  }

  /** Throws `invalid_request`, `resource_exists`, `gateway_quota`. */
  async create(projectId: string, { name, description }: Pick<Group, 'name' | 'description'>): Promise<Group> {
    checkName(name);
    checkLength('description', description, MAX_DESCRIPTION_CHARS);
    const { store, live, clock } = this.#options;
    const group: Group = {
      id: randomBytes(16).toString('hex'),
      projectId,
      name,
      description,
      hosts: [],
      stages: new Map(),
      createdAt: clock.now(),
    };
    const result = await store.insert(group, LIMITS.gatewayGroupsPerProject);
    if (result === 'exists') throw groupExists(name);
    if (result === 'quota') throw overQuota('the project', LIMITS.gatewayGroupsPerProject, 'groups');
    await live.caughtUp();
    return group;
  }

  /** Throws `invalid_request`, `resource_exists`, `not_found`. */
  async update({ id, projectId }: Group, change: GroupChange): Promise<Group> {
    const { name, description } = change;
    if (name === undefined && description === undefined) {
      throw new PlatformError('invalid_request', 'name or description must be set');
    }
    if (name !== undefined) checkName(name);
    checkLength('description', description ?? '', MAX_DESCRIPTION_CHARS);
    const { store, live } = this.#options;
    const result = await store.update(id, change);
    if (result === 'gone') throw groupNotFound(id);
    if (result === 'exists') throw groupExists(name ?? '');
    await live.caughtUp();
    return this.find(projectId, id);
  }

  async delete({ id }: Group): Promise<void> {
    await this.#options.store.remove(id);
    await this.#options.live.caughtUp();
  }

  /** Whether an account may add host names; throws `forbidden`. */
  checkMayAddHosts(isOperator: boolean): void {
    if (isOperator || this.#options.reserved.hasGateway) return;
    throw new PlatformError('forbidden', 'only the first account may add host names to groups on this server', {
      hint: 'The operator allows it to all with gateway_domain, the name of the gateway, which no group can have then.',
    });
  }

  /** Throws `invalid_request`, `gateway_host_taken`, `gateway_quota`, `not_found`. */
  async addHost({ id, projectId }: Group, text: string): Promise<Group> {
    const { store, live, clock } = this.#options;
    const host = this.#hostOf(text);
    const result = await store.bind(host, id, { most: LIMITS.gatewayHostsPerGroup, at: clock.now() });
    if (result === 'gone') throw groupNotFound(id);
    if (result === 'taken') {
      throw new PlatformError('gateway_host_taken', `another group has the host name ${host}`, {
        hint: 'A name belongs to one group of the whole server.',
      });
    }
    if (result === 'quota') throw overQuota('the group', LIMITS.gatewayHostsPerGroup, 'host names');
    await live.caughtUp();
    return this.find(projectId, id);
  }

  /** Throws `not_found`. */
  async removeHost({ id, name }: Group, text: string): Promise<void> {
    const host = text.toLowerCase();
    if (!(await this.#options.store.unbind(host, id))) {
      throw new PlatformError('not_found', `group ${name} has no host name ${host.slice(0, 255)}`);
    }
    await this.#options.live.caughtUp();
  }

  #hostOf(text: string): string {
    const host = readHostName(text);
    const shown = JSON.stringify(text.slice(0, 255));
    if (host === undefined) {
      throw new PlatformError('invalid_request', `host: ${shown} is not a host name of a group`, {
        hint: 'For example api.example.com: at least two parts, no address, no port, no *.',
      });
    }
    const { names, domains } = this.#options.reserved;
    if (names.has(host) || domains.some((domain) => host === domain || isBelow(host, domain))) {
      throw new PlatformError('invalid_request', `host: ${shown} is a name of the server itself`);
    }
    return host;
  }
}

function groupExists(name: string): PlatformError {
  return new PlatformError('resource_exists', `the project has a group ${name}`);
}

export function groupNotFound(id: string): PlatformError {
  return new PlatformError('not_found', `the project has no group ${id.slice(0, 64)}`);
}

export function overQuota(owner: string, most: number, what: string): PlatformError {
  return new PlatformError('gateway_quota', `${owner} has ${most} ${what}, as many as it may have`);
}

import { AgentError } from './agent-error.ts';
import type { UserRange } from './mounts/mount-users.ts';
import type { NfsExport } from './mounts/nfs-exports.ts';
import type { RootRule } from './sources/roots.ts';

const MAX_MOUNT_USER = 65_534;

/**
 * The requests that this agent allows. The rules come from the process that starts the agent, never over the socket: a
 * compromised server cannot extend them.
 */
export interface AgentRules {
  /** Roots of code, dependencies, runtimes and interpreters. */
  readonly code: readonly RootRule[];
  /** Roots of the unpacked files of container images. */
  readonly images: readonly RootRule[];
  /** The folder of the link sockets. */
  readonly links: string;
  /** Folders below which file systems may be shared with functions. */
  readonly mounts: readonly string[];
  /** Exports of file servers that functions may mount, with the folders below them. */
  readonly exports: readonly NfsExport[];
  /** Interfaces of the machine that may be made ports of networks. */
  readonly interfaces: readonly string[];
  /** The operator wants functions without isolation; root's agent has the driver for that only then. */
  readonly withoutIsolation: boolean;
  /** Ids of users and groups that file systems may be accessed as. */
  readonly mountUsers: readonly UserRange[];
  /** User that no file system may be accessed as: the server's own. */
  readonly serverUser: number;
}

/** Throws `BAD_REQUEST`. */
export function parseRules(text: string): AgentRules {
  const fields = fieldsOf(JSON.parse(text));
  const { serverUser, withoutIsolation } = fields;
  if (typeof withoutIsolation !== 'boolean') throw bad('withoutIsolation');
  if (typeof serverUser !== 'number' || !Number.isSafeInteger(serverUser) || serverUser < 0) throw bad('serverUser');
  return {
    code: list(fields.code, 'code').map(rootRule),
    images: list(fields.images, 'images').map(rootRule),
    links: place(fields.links, 'links'),
    mounts: list(fields.mounts, 'mounts').map((path) => place(path, 'mounts')),
    exports: list(fields.exports, 'exports').map(nfsExport),
    interfaces: list(fields.interfaces, 'interfaces').map(word),
    mountUsers: list(fields.mountUsers, 'mountUsers').map(userRange),
    withoutIsolation,
    serverUser,
  };
}

function rootRule(value: unknown): RootRule {
  const { path, only, evenClosed } = fieldsOf(value);
  if (evenClosed !== undefined && typeof evenClosed !== 'boolean') throw bad('evenClosed');
  return {
    path: place(path, 'path'),
    ...(only === undefined ? {} : { only: list(only, 'only').map(word) }),
    ...(evenClosed === undefined ? {} : { evenClosed }),
  };
}

function nfsExport(value: unknown): NfsExport {
  const { host, path } = fieldsOf(value);
  return { host: word(host), path: place(path, 'path') };
}

function userRange(value: unknown): UserRange {
  const { from, to } = fieldsOf(value);
  if (isMountUser(from) && isMountUser(to) && from <= to) return { from, to };
  throw bad('mountUsers');
}

/** Never root, never a user of sandboxes. */
function isMountUser(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_MOUNT_USER;
}

function word(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw bad('name');
}

function place(value: unknown, name: string): string {
  if (typeof value === 'string' && value.startsWith('/') && !value.includes('\0')) return value;
  throw bad(name);
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw bad(name);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw bad('an object');
}

function bad(name: string): AgentError {
  return new AgentError('BAD_REQUEST', `the rules of the agent have no valid ${name}`);
}

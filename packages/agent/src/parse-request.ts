import { AgentError } from './agent-error.ts';
import { parseMount } from './mounts/parse-mount.ts';
import { parseNetwork, parseNetworkId, parseVpc } from './network/parse-network.ts';
import type { AgentRequest, Bind, DriverName, RootFileSystem, SandboxAssignment, SandboxSpec } from './protocol.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const MAX_TEXT = 128 * 1024;
const MAX_ITEMS = 1024;
/** Each is a descriptor of the agent until it is bound. */
const MAX_BINDS = 64;
const MAX_MOUNTS = 16;
const MAX_DOORS = 8;
/** Code in a sandbox may listen on the ports from here on. */
const FIRST_OPEN_PORT = 1024;
/** More than any real machine has; a larger value could only do harm. */
const MOST = {
  memoryBytes: 2 ** 42,
  cpuMillis: 1_000_000,
  tmpBytes: 64 * 2 ** 30,
  maxProcesses: 32_768,
  maxFiles: 1 << 20,
  uid: 2 ** 32 - 2,
  gid: 2 ** 32 - 2,
} as const;

type Fields = Readonly<Record<string, unknown>>;

/** One line from the server as a request. Throws `BAD_REQUEST`; use `seqOf` for the answer then. */
export function parseRequest(line: string): AgentRequest {
  const fields = object(parseJson(line), 'request');
  const seq = integer(fields, 'seq', 0);
  switch (fields.op) {
    case 'capabilities':
    case 'ping':
      return { op: fields.op, seq };
    case 'start':
      return { op: 'start', seq, driver: driverName(fields.driver), spec: spec(object(fields.spec, 'spec')) };
    case 'stop':
    case 'share':
    case 'usage':
    case 'flush':
    case 'freeze':
    case 'thaw':
      return { op: fields.op, seq, id: id(fields) };
    case 'assign':
      return { op: 'assign', seq, id: id(fields), assignment: assignment(object(fields.assignment, 'assignment')) };
    case 'open-network':
      return { op: 'open-network', seq, network: parseVpc(fields.network) };
    case 'close-network':
      return { op: 'close-network', seq, id: parseNetworkId(fields.id) };
    case 'try-mount':
      return { op: 'try-mount', seq, mount: parseMount(fields.mount) };
    default:
      throw bad(`unknown op ${String(fields.op).slice(0, 40)}`);
  }
}

/** The sequence number of a line that is no valid request, if it has one. */
export function seqOf(line: string): number | undefined {
  try {
    return integer(object(parseJson(line), 'request'), 'seq', 0);
  } catch {
    return undefined;
  }
}

function spec(fields: Fields): SandboxSpec {
  const command = list(fields.command, 'command').map((item) => text(item, 'command'));
  if (!command[0]?.startsWith('/')) throw bad('the program must be an absolute path');
  return {
    id: id(fields),
    command,
    env: environment(object(fields.env, 'env')),
    workingDir: path(fields.workingDir, 'workingDir'),
    binds: list(fields.binds, 'binds', MAX_BINDS).map((item) => bind(object(item, 'bind'))),
    linkSocket: path(fields.linkSocket, 'linkSocket'),
    memoryBytes: amount(fields, 'memoryBytes', 1 << 20),
    cpuMillis: amount(fields, 'cpuMillis', 1),
    tmpBytes: amount(fields, 'tmpBytes', 1 << 20),
    maxProcesses: amount(fields, 'maxProcesses', 1),
    maxFiles: amount(fields, 'maxFiles', 16),
    ...(fields.rootfs === undefined ? {} : { rootfs: rootFileSystem(object(fields.rootfs, 'rootfs')) }),
    ...networkOf(fields),
    ...(fields.mounts === undefined ? {} : { mounts: list(fields.mounts, 'mounts', MAX_MOUNTS).map(parseMount) }),
    ...(fields.doors === undefined ? {} : { doors: list(fields.doors, 'doors', MAX_DOORS).map(door) }),
  };
}

function door(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value < FIRST_OPEN_PORT) return value;
  throw bad(`a door must be a port below ${FIRST_OPEN_PORT}`);
}

/** In a sandbox user 0 has no rights either, but programs that run as root behave as if they had. */
function rootFileSystem(fields: Fields): RootFileSystem {
  return { path: path(fields.path, 'rootfs.path'), uid: amount(fields, 'uid', 1), gid: amount(fields, 'gid', 1) };
}

function assignment(fields: Fields): SandboxAssignment {
  const binds = list(fields.binds, 'binds', MAX_BINDS).map((item) => bind(object(item, 'bind')));
  for (const { target } of binds) {
    if (!target.startsWith('/opt/function/'))
      throw bad(`code may be attached below /opt/function only, not at ${target}`);
  }
  return {
    memoryBytes: amount(fields, 'memoryBytes', 1 << 20),
    cpuMillis: amount(fields, 'cpuMillis', 1),
    binds,
    ...networkOf(fields),
  };
}

function networkOf({ network }: Fields): Pick<SandboxSpec, 'network'> {
  return network === undefined ? {} : { network: parseNetwork(network) };
}

function bind(fields: Fields): Bind {
  return { source: path(fields.source, 'source'), target: path(fields.target, 'target') };
}

function environment(fields: Fields): Record<string, string> {
  const entries = Object.entries(fields).map(([name, value]): [string, string] => {
    if (name === '' || name.includes('=') || name.includes('\0')) throw bad('env has an impossible name');
    return [name, text(value, `env.${name}`)];
  });
  if (entries.length > MAX_ITEMS) throw bad('env is too long');
  return Object.fromEntries(entries);
}

/** Absolute and normalized, so that the kernel sees exactly the checked path. */
function path(value: unknown, name: string): string {
  const found = text(value, name);
  const plain = found.startsWith('/') && !found.split('/').some((part) => part === '..' || part === '.');
  if (!plain || found.includes('//')) throw bad(`${name} must be a plain absolute path`);
  return found.length > 1 && found.endsWith('/') ? found.slice(0, -1) : found;
}

function id(fields: Fields): string {
  const value = text(fields.id, 'id');
  if (!ID.test(value)) throw bad('id must be 1 to 64 letters, digits, dots, dashes or underscores');
  return value;
}

function driverName(value: unknown): DriverName {
  if (value === 'bubblewrap' || value === 'process') return value;
  throw bad('unknown driver');
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT || value.includes('\0')) throw bad(`${name} must be a text`);
  return value;
}

function integer(fields: Fields, name: string, least: number): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    throw bad(`${name} must be a whole number of at least ${least}`);
  }
  return value;
}

function amount(fields: Fields, name: keyof typeof MOST, least: number): number {
  const value = integer(fields, name, least);
  if (value > MOST[name]) throw bad(`${name} must be at most ${MOST[name]}`);
  return value;
}

function list(value: unknown, name: string, most = MAX_ITEMS): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw bad(`${name} must be a list`);
  return value;
}

function object(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${name} must be an object`);
  return { ...value };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new AgentError('BAD_REQUEST', 'the line is not JSON', { cause });
  }
}

function bad(message: string): AgentError {
  return new AgentError('BAD_REQUEST', message);
}

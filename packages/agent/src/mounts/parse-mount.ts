import { AgentError } from '../agent-error.ts';
import type { FileSystemMount } from '../protocol.ts';

const TARGET = /^\/mnt\/[A-Za-z0-9_.-]{1,64}$/;
const HOST = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;
const MAX_PATH = 4000;
const MAX_ID = 65_534;

/** Throws `BAD_REQUEST`. */
export function parseMount(value: unknown): FileSystemMount {
  const { source, target, readOnly, uid, gid } = fieldsOf(value, 'mount');
  if (typeof target !== 'string' || !TARGET.test(target) || isDots(target.slice('/mnt/'.length))) {
    throw bad('a file system may be mounted at /mnt/<name> only');
  }
  if (typeof readOnly !== 'boolean') throw bad('readOnly must be true or false');
  return { source: parseSource(source), target, readOnly, uid: parseId(uid, 'uid'), gid: parseId(gid, 'gid') };
}

function parseSource(value: unknown): FileSystemMount['source'] {
  const fields = fieldsOf(value, 'source');
  if (fields.kind === 'folder') return { kind: 'folder', path: plainPath(fields.path, 'path') };
  if (fields.kind !== 'nfs') throw bad('unknown kind of file system');
  if (typeof fields.host !== 'string' || !HOST.test(fields.host)) throw bad('host must be the name of a machine');
  return { kind: 'nfs', host: fields.host, export: plainPath(fields.export, 'export') };
}

/** Absolute, without parts that lead elsewhere, and no option of a command line. */
function plainPath(value: unknown, name: string): string {
  const isPlain =
    typeof value === 'string' &&
    value.startsWith('/') &&
    value.length <= MAX_PATH &&
    !/[\0\n]|\/\//.test(value) &&
    !value.split('/').some(isDots);
  if (!isPlain) throw bad(`${name} must be a plain absolute path`);
  return value.length > 1 && value.endsWith('/') ? value.slice(0, -1) : value;
}

/** Access as root would reach files that no other user of the machine may access. */
function parseId(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_ID) return value;
  throw bad(`${name} must be a whole number from 1 to ${MAX_ID}`);
}

function isDots(part: string): boolean {
  return part === '.' || part === '..';
}

function fieldsOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw bad(`${name} must be an object`);
}

function bad(message: string): AgentError {
  return new AgentError('BAD_REQUEST', message);
}

import { LIMITS, parseUrn } from '@funcgraph/api';
import { ApiPathError, parseApiPath, pathForm } from '../../domain/api-path.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { FunctionName, Kept } from '../functions/types.ts';
import type { WireFields } from '../functions/wire-fields.ts';
import { readTriggerName } from './trigger-name.ts';
import type { ApiSettings } from './types.ts';

const CODE = 'invalid_apig_trigger';
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY'] as const;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_NAME_CHARS = 255;

/** The environment of requests that name none; and its id in the cloud. */
export const RELEASE = 'RELEASE';
const RELEASE_ID = 'DEFAULT_ENVIRONMENT_RELEASE_ID';
/** The group of APIs that name none. */
const DEFAULT_GROUP = 'DEFAULT';

export const apiFields = [
  'name',
  'type',
  'path',
  'protocol',
  'req_method',
  'group_id',
  'group_name',
  'match_mode',
  'env_name',
  'env_id',
  'auth',
  'backend_type',
  'func_info',
  'sl_domain',
  'instance_id',
];

/** Throws `invalid_apig_trigger`. */
export function readApi(fields: WireFields, kind: ApiSettings['kind']): ApiSettings {
  const info = fields.nested('func_info');
  const timeoutMs = info?.integer('timeout', { ...LIMITS.apiTimeoutMs, code: CODE, unit: 'ms' });
  if (info === undefined || timeoutMs === undefined) {
    throw new PlatformError(CODE, 'func_info.timeout is missing', {
      hint: 'How long a caller waits at most, in ms: 1 to 60000.',
    });
  }
  const visibility = fields.integer('type', { min: 1, max: 2, code: CODE });
  if (visibility === undefined)
    throw new PlatformError(CODE, 'type is missing', { hint: '1 for public, 2 for private.' });
  one(fields, 'backend_type', ['FUNCTION'], 'FUNCTION');
  // answers contain the address of the gateway
  fields.text('sl_domain', { max: MAX_NAME_CHARS, code: CODE });
  const groupId = id(fields, 'group_id') ?? DEFAULT_GROUP;
  const envName = id(fields, 'env_name') ?? RELEASE;
  return {
    kind,
    name: readTriggerName(fields, CODE),
    visibility,
    path: path(fields),
    protocol: one(fields, 'protocol', ['HTTP', 'HTTPS'], 'HTTP'),
    method: one(fields, 'req_method', METHODS, 'ANY'),
    groupId,
    groupName: fields.text('group_name', { max: MAX_NAME_CHARS, code: CODE }) || groupId,
    matchMode: one(fields, 'match_mode', ['SWA', 'NORMAL'], 'SWA'),
    envName,
    envId: id(fields, 'env_id') ?? (envName === RELEASE ? RELEASE_ID : envName),
    auth: one(fields, 'auth', ['IAM', 'APP', 'NONE'], 'IAM'),
    timeoutMs,
    async: one(info, 'invocation_type', ['sync', 'async'], 'sync') === 'async',
    instanceId: id(fields, 'instance_id'),
  };
}

export function apiEventData(api: ApiSettings): Kept {
  return {
    name: api.name,
    type: api.visibility,
    path: api.path,
    protocol: api.protocol,
    req_method: api.method,
    group_id: api.groupId,
    group_name: api.groupName,
    match_mode: api.matchMode,
    env_name: api.envName,
    env_id: api.envId,
    auth: api.auth,
    backend_type: 'FUNCTION',
    func_info: { timeout: api.timeoutMs, invocation_type: api.async ? 'async' : 'sync' },
    ...(api.instanceId === undefined ? {} : { instance_id: api.instanceId }),
  };
}

/** The function that `func_info` may name must be the one that the trigger belongs to. Throws `invalid_apig_trigger`. */
export function checkFunctionInfo(data: Kept, fn: FunctionName, qualifier: string): void {
  const { function_urn: urn, version } = (data.func_info ?? {}) as Kept;
  const wrong = (what: string): PlatformError =>
    new PlatformError(CODE, `func_info.${what} is not that of the function in the path`, {
      hint: `Leave it out; the trigger belongs to ${qualifier} of ${fn.name}.`,
    });
  if (typeof urn === 'string' && urn !== '') {
    const named = parseUrn(urn);
    if (named?.projectId !== fn.projectId || named.package !== fn.package || named.name !== fn.name) {
      throw wrong('function_urn');
    }
    const text = named.qualifier?.kind === 'alias' ? `!${named.qualifier.name}` : named.qualifier?.name;
    if (text !== undefined && text !== qualifier) throw wrong('function_urn');
  }
  if (typeof version === 'string' && version !== '' && version !== qualifier && `!${version}` !== qualifier) {
    throw wrong('version');
  }
}

/** The same text for all settings that match the same requests; null for settings without an API. */
export function routeKey({ projectId }: FunctionName, api: ApiSettings): string {
  const { groupId, envName, method, matchMode } = api;
  return [projectId, groupId, envName, method, matchMode, pathForm(parseApiPath(api.path))].join(' ');
}

function one<const T extends string>(fields: WireFields, name: string, allowed: readonly T[], usual: T): T {
  const value = fields.text(name, { code: CODE });
  if (value === undefined || value === '') return usual;
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new PlatformError(CODE, `${name} must be one of ${allowed.join(', ')}`);
}

function id(fields: WireFields, name: string): string | undefined {
  const value = fields.text(name, { code: CODE });
  if (value === undefined || value === '') return undefined;
  if (ID.test(value)) return value;
  throw new PlatformError(CODE, `${name} has other characters than letters, digits, _ and -, or more than 64`);
}

function path(fields: WireFields): string {
  const text = fields.text('path', { code: CODE }) ?? '';
  if (text === '') throw new PlatformError(CODE, 'path is missing', { hint: 'For example /users/{id}.' });
  try {
    parseApiPath(text);
    return text;
  } catch (cause) {
    if (!(cause instanceof ApiPathError)) throw cause;
    throw new PlatformError(CODE, `path: ${cause.message}`, { hint: 'For example /users/{id}.', cause });
  }
}

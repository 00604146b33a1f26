import { LIMITS } from '@funcgraph/api';
import { ApiPathError, parseApiPath, pathForm } from '../../domain/api-path.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkLength, checkRange } from '../checks.ts';
import type { FunctionName } from '../functions/types.ts';
import type { ApiSettings } from './types.ts';

const CODE = 'invalid_apig_trigger';
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_NAME_CHARS = 255;

/** The environment of requests that name none. */
export const RELEASE = 'RELEASE';

/** Throws `invalid_apig_trigger`. */
export function checkApi(api: ApiSettings): void {
  checkRange('func_info.timeout', api.timeoutMs, { ...LIMITS.apiTimeoutMs, code: CODE, unit: 'ms' });
  checkRange('type', api.visibility, { min: 1, max: 2, code: CODE });
  checkLength('group_name', api.groupName, MAX_NAME_CHARS, CODE);
  checkId('group_id', api.groupId);
  checkId('env_name', api.envName);
  checkId('env_id', api.envId);
  checkId('instance_id', api.instanceId);
  checkPath(api.path);
}

/** The same text for all settings that match the same requests; null for settings without an API. */
export function routeKey({ projectId }: FunctionName, api: ApiSettings): string {
  const { groupId, envName, method, matchMode } = api;
  return [projectId, groupId, envName, method, matchMode, pathForm(parseApiPath(api.path))].join(' ');
}

function checkId(field: string, id: string | undefined): void {
  if (id === undefined || ID.test(id)) return;
  throw new PlatformError(CODE, `${field} has other characters than letters, digits, _ and -, or more than 64`);
}

function checkPath(path: string): void {
  if (path === '') throw new PlatformError(CODE, 'path is missing', { hint: 'For example /users/{id}.' });
  try {
    parseApiPath(path);
  } catch (cause) {
    if (!(cause instanceof ApiPathError)) throw cause;
    throw new PlatformError(CODE, `path: ${cause.message}`, { hint: 'For example /users/{id}.', cause });
  }
}

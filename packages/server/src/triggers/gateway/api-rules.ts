import { LIMITS } from '@funcgraph/api';
import {
  type ApiSettings,
  checkLength,
  checkRange,
  type FunctionName,
  isApi,
  type NewTriggerOf,
  shownQualifier,
  type TriggerNeighbours,
} from '../../control/index.ts';
import { ApiPathError, parseApiPath, pathForm } from '../../domain/api-path.ts';
import { PlatformError } from '../../lib/platform-error.ts';

const CODE = 'invalid_apig_trigger';
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_NAME_CHARS = 255;

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

/** Throws `invalid_apig_trigger`, `request_path_taken`. */
export function checkApiAmong(
  trigger: NewTriggerOf<ApiSettings>,
  { isHttp, ofFunction, ofProject }: TriggerNeighbours,
): void {
  const { fn, active, settings } = trigger;
  const refuse = (message: string, hint: string): never => {
    throw new PlatformError(CODE, message, { hint });
  };
  if (!active) refuse('a gateway trigger cannot be disabled', 'Delete it.');
  if (isHttp && settings.async) {
    refuse('an HTTP function cannot be invoked asynchronously', 'Use invocation_type sync.');
  }
  const elsewhere = ofFunction.filter(isApi).find((other) => gatewayOf(other.settings) !== gatewayOf(settings));
  if (isHttp && elsewhere !== undefined) {
    refuse(
      'all gateway triggers of an HTTP function are of one gateway',
      `Trigger ${elsewhere.settings.name} is of ${gatewayOf(elsewhere.settings)}.`,
    );
  }
  const key = routeKey(fn, settings);
  for (const other of ofProject()) {
    if (!isApi(other) || routeKey(other.fn, other.settings) !== key) continue;
    const { method, path, envName, groupId } = settings;
    throw new PlatformError('request_path_taken', `${method} ${path} in ${envName} of group ${groupId} is taken`, {
      hint: `Trigger ${other.settings.name} of ${shownQualifier(other.qualifier)} of function ${other.fn.name} serves it.`,
    });
  }
}

/** The same text for all settings that match the same requests. */
export function routeKey({ projectId }: Pick<FunctionName, 'projectId'>, api: ApiSettings): string {
  const { groupId, envName, method, matchMode } = api;
  return [projectId, groupId, envName, method, matchMode, pathForm(parseApiPath(api.path))].join(' ');
}

function gatewayOf({ kind, instanceId }: ApiSettings): string {
  return instanceId === undefined ? kind : `${kind} ${instanceId}`;
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

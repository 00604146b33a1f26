import { formatQualifier, parseUrn, type TriggerFields } from '@funcgraph/api';
import { type ApiSettings, RELEASE, type Trigger } from '../../control/index.ts';
import { apiAddress } from '../../domain/api-address.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AnsweredTrigger, TriggerOwner, TriggerPlace } from '../trigger-kind.ts';

type ApiData = TriggerFields<'APIG'>;

const CODE = 'invalid_apig_trigger';
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY'] as const;
/** Its id in the cloud. */
const RELEASE_ID = 'DEFAULT_ENVIRONMENT_RELEASE_ID';
/** How long a caller waits for an express flow whose trigger sets no time. */
const USUAL_TIMEOUT_MS = 60_000;
/** The group of APIs that name none. */
const DEFAULT_GROUP = 'DEFAULT';

/** Reads the settings of either kind of gateway. Throws `invalid_apig_trigger`. */
export function readGateway(kind: ApiSettings['kind']) {
  return (data: ApiData, { fn, qualifier }: TriggerOwner): ApiSettings => {
    if (fn === undefined || qualifier === undefined) return readOfFlow(data, kind);
    const settings = readApi(data, kind);
    checkFunctionInfo(data, { fn, qualifier });
    return settings;
  };
}

/** The API of a flow may leave out more. */
function readOfFlow(data: ApiData, kind: ApiSettings['kind']): ApiSettings {
  if (kind === 'DEDICATEDGATEWAY' && !data.instance_id) {
    throw new PlatformError(CODE, 'instance_id is missing: the id of the gateway');
  }
  const timeout = data.func_info?.timeout ?? USUAL_TIMEOUT_MS;
  return readApi({ ...data, type: data.type ?? 1, func_info: { timeout } }, kind);
}

/** Reads what does not depend on the target. Throws `invalid_apig_trigger`. */
function readApi(data: ApiData, kind: ApiSettings['kind']): ApiSettings {
  const { name = '', type: visibility, path = '', func_info: info } = data;
  if (info?.timeout === undefined) {
    throw new PlatformError(CODE, 'func_info.timeout is missing', {
      hint: 'How long a caller waits at most, in ms: 1 to 60000.',
    });
  }
  if (visibility === undefined) {
    throw new PlatformError(CODE, 'type is missing', { hint: '1 for public, 2 for private.' });
  }
  oneOf('backend_type', data.backend_type, ['FUNCTION'], 'FUNCTION');
  const groupId = data.group_id || DEFAULT_GROUP;
  const envName = data.env_name || RELEASE;
  return {
    kind,
    name,
    visibility,
    path,
    protocol: oneOf('protocol', data.protocol, ['HTTP', 'HTTPS'], 'HTTP'),
    method: oneOf('req_method', data.req_method, METHODS, 'ANY'),
    groupId,
    groupName: data.group_name || groupId,
    matchMode: oneOf('match_mode', data.match_mode, ['SWA', 'NORMAL'], 'SWA'),
    envName,
    envId: data.env_id || (envName === RELEASE ? RELEASE_ID : envName),
    auth: oneOf('auth', data.auth, ['IAM', 'APP', 'NONE'], 'IAM'),
    timeoutMs: info.timeout,
    async: oneOf('invocation_type', info.invocation_type, ['sync', 'async'], 'sync') === 'async',
    instanceId: data.instance_id || undefined,
  };
}

export function gatewayData(api: ApiSettings) {
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

/** What answers have beside the settings. */
export function gatewayAnswer(trigger: AnsweredTrigger<ApiSettings>, { urn, gateway }: TriggerPlace) {
  const { id, qualifier, settings } = trigger;
  return {
    api_id: id,
    api_name: settings.name,
    triggerid: id,
    func_info: { ...gatewayData(settings).func_info, function_urn: urn, version: qualifier.replace(/^!/, '') },
    sl_domain: new URL(gateway).host,
    invoke_url: invokeUrl(trigger, gateway),
  };
}

export function invokeUrl(
  { fn, settings }: Pick<AnsweredTrigger<ApiSettings>, 'fn' | 'settings'>,
  gateway: string,
): string {
  const address = gateway + apiAddress(fn.projectId, settings.groupId);
  return settings.path === '/' ? `${address}/` : address + settings.path;
}

/** The function that `func_info` may name must be the one that the trigger belongs to. Throws `invalid_apig_trigger`. */
function checkFunctionInfo({ func_info: info }: ApiData, { fn, qualifier }: Pick<Trigger, 'fn' | 'qualifier'>): void {
  const { function_urn: urn, version } = info ?? {};
  const wrong = (what: string): PlatformError =>
    new PlatformError(CODE, `func_info.${what} is not that of the function in the path`, {
      hint: `Leave it out; the trigger belongs to ${qualifier} of ${fn.name}.`,
    });
  if (urn) {
    const named = parseUrn(urn);
    if (named?.projectId !== fn.projectId || named.package !== fn.package || named.name !== fn.name) {
      throw wrong('function_urn');
    }
    if (named.qualifier !== undefined && formatQualifier(named.qualifier) !== qualifier) throw wrong('function_urn');
  }
  if (version && version !== qualifier && `!${version}` !== qualifier) throw wrong('version');
}

function oneOf<const T extends string>(field: string, value: string | undefined, allowed: readonly T[], usual: T): T {
  if (!value) return usual;
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new PlatformError(CODE, `${field} must be one of ${allowed.join(', ')}`);
}

import type { DecodedBody, Routes } from '@funcgraph/api';
import type {
  CodeChange,
  ConfigChange,
  FunctionSettings,
  ImageChoice,
  NewCode,
  NewFunction,
  OpaqueFields,
} from '../../control/index.ts';
import type { Mount, MountConfig } from '../../domain/surroundings.ts';
import { decodeBase64 } from '../../lib/base64.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ReadLink } from './linked-objects.ts';

type ConfigBody = DecodedBody<Routes['updateFunctionConfig']>;
type CreateBody = DecodedBody<Routes['createFunction']>;
type CodeBody = DecodedBody<Routes['updateFunctionCode']>;
type SettingsBody = Omit<ConfigBody, 'func_name' | 'runtime'>;

/** Fields that are kept and returned, and change nothing about how a function runs. */
export const KEPT_FIELDS = [
  'type',
  'extend_config',
  'domain_names',
  'tags',
  'peering_cidr',
  'user_data_encrypt_kms_key_id',
  'code_encrypt_kms_key_id',
  'restore_hook_handler',
  'restore_hook_timeout',
  'enable_auth_in_header',
  'enable_lts_log',
  'lts_custom_tag',
  'log_config',
] as const;
const TYPES = ['', 'v1', 'v2'];
const MAX_RESTORE_SECONDS = 300;
const MAX_OBJECT_CHARS = 16_384;
const MOUNT_TYPES = ['sfs', 'sfsTurbo', 'ecs'] as const;

/** `read`: for code at an address of this server. */
export function newFunction(body: CreateBody, read?: ReadLink): NewFunction {
  const { func_name: name, package: pkg, runtime } = body;
  return { ...configChange(body), name, package: pkg, runtime, code: codeOf(body, read) };
}

export function configChange(body: SettingsBody): ConfigChange {
  return { ...settingsOf(body), image: imageOf(body) };
}

/** Throws `code_missing` for a body that changes nothing. */
export function codeChange(body: CodeBody, read: ReadLink): CodeChange {
  refuseUnsupported(body);
  const change = { code: codeOf(body, read), image: imageOf(body), dependencies: dependenciesOf(body) };
  const { bytes, link, fileName = '' } = change.code;
  if ((bytes ?? link ?? change.image ?? change.dependencies) === undefined && fileName === '') {
    throw new PlatformError('code_missing', 'the body has no code: neither func_code.file nor code_url', {
      hint: 'It may also have code_filename, depend_version_list or custom_image alone.',
    });
  }
  return change;
}

function settingsOf(body: SettingsBody): FunctionSettings {
  refuseUnsupported(body);
  const { network_controller: controller, func_vpc: vpc, strategy_config: strategy } = body;
  return {
    handler: body.handler,
    timeoutSeconds: body.timeout,
    memoryMb: body.memory_size,
    env: variablesOf('user_data', body.user_data),
    secrets: variablesOf('encrypted_user_data', body.encrypted_user_data),
    description: body.description,
    initializer: body.initializer_handler,
    initializerTimeoutSeconds: body.initializer_timeout,
    maxInstances: strategy?.concurrency,
    instanceConcurrency: strategy?.concurrent_num,
    dynamicMemory: body.enable_dynamic_memory,
    tmpMb: body.ephemeral_storage || undefined,
    returnStream: body.is_return_stream,
    lanes: body.enable_lanes,
    dependencies: dependenciesOf(body),
    agency: body.xrole,
    codeAgency: body.app_xrole,
    enterpriseProjectId: body.enterprise_project_id,
    heartbeatHandler: body.heartbeat_handler,
    preStopHandler: body.pre_stop_handler,
    preStopTimeoutSeconds: body.pre_stop_timeout,
    classIsolation: body.enable_class_isolation,
    network: vpc && { vpcId: vpc.vpc_id ?? '', subnetId: vpc.subnet_id ?? '' },
    publicNetwork: controller && controller.disable_public_network !== true,
    mountConfig: mountConfigOf(body),
    kept: keptOf(body),
  };
}

/** The whole objects of a network are returned as they were given, so they are kept too. */
function keptOf(body: SettingsBody): OpaqueFields {
  const { type = '', restore_hook_timeout: restore = 0 } = body;
  if (!TYPES.includes(type)) throw new PlatformError('invalid_request', 'type must be one of v1, v2');
  if (restore < 0 || restore > MAX_RESTORE_SECONDS) {
    const message = `restore_hook_timeout must be a whole number from 0 to ${MAX_RESTORE_SECONDS} seconds`;
    throw new PlatformError('invalid_request', message);
  }
  const kept: Record<string, unknown> = {};
  for (const name of [...KEPT_FIELDS, 'func_vpc', 'network_controller'] as const) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value === 'object' && JSON.stringify(value).length > MAX_OBJECT_CHARS) {
      throw new PlatformError('invalid_request', `${name} is longer than ${MAX_OBJECT_CHARS} characters`);
    }
    kept[name] = value;
  }
  return kept;
}

/** The text of a JSON object with texts; empty text means no variables. Throws `invalid_user_data`. */
function variablesOf(field: string, text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === '') return {};
  try {
    return variablesIn(field, JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return variablesIn(field, undefined);
  }
}

/** Throws `invalid_user_data`. */
export function variablesIn(field: string, value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PlatformError('invalid_user_data', `${field} must be the text of a JSON object`, {
      hint: 'For example {"key":"value"}, as text.',
    });
  }
  const wrong = Object.entries(value).find(([, each]) => typeof each !== 'string');
  if (wrong === undefined) return value as Readonly<Record<string, string>>;
  const name = JSON.stringify(wrong[0].slice(0, 80));
  throw new PlatformError('invalid_user_data', `${field}: value of ${name} must be text without NUL`);
}

function dependenciesOf({ depend_version_list: ids }: Pick<ConfigBody, 'depend_version_list'>) {
  return ids?.filter((id) => id !== '');
}

/** In one form, whichever of their names a client uses. Throws `invalid_request`. */
function mountConfigOf({ mount_config: config }: SettingsBody): MountConfig | undefined {
  if (config === undefined) return undefined;
  const { mount_user: user = {}, func_mounts: mounts = [] } = config;
  return {
    user: {
      uid: user.user_id ?? user.mount_user_id ?? -1,
      gid: user.user_group_id ?? user.mount_user_group_id ?? -1,
    },
    mounts: mounts.map(({ mount_type, mount_resource: resource = '', mount_share_path, local_mount_path }): Mount => {
      const type = MOUNT_TYPES.find((each) => each === mount_type);
      if (type === undefined) {
        throw new PlatformError('invalid_request', `mount_type must be one of ${MOUNT_TYPES.join(', ')}`);
      }
      const share = mount_share_path ? { sharePath: mount_share_path } : {};
      return { type, resource, ...share, path: local_mount_path ?? '' };
    }),
  };
}

/** Throws `invalid_code`. */
function codeOf(body: CodeBody, read: ReadLink | undefined): NewCode {
  const { code_type: type, code_filename: fileName, code_url: address = '', func_code: code } = body;
  const file = code?.file ?? '';
  // other types have an empty code_url
  const link = type === 'obs' ? address : undefined;
  const linked = link === undefined ? undefined : read?.(link);
  if (file === '') return { type, fileName, link, linked };
  const bytes = decodeBase64(file);
  if (bytes !== undefined) return { type, fileName, bytes, link };
  throw new PlatformError('invalid_code', 'func_code.file is not Base64', { hint: 'Encode the file exactly once.' });
}

function imageOf({ custom_image: image }: Pick<ConfigBody, 'custom_image'>): ImageChoice | undefined {
  if (image === undefined) return undefined;
  const { image: name, command, args, working_dir: workingDir, uid, gid } = image;
  return { name, command, args, workingDir, uid, gid };
}

/**
 * Refuses settings that would silently have no effect: a function that needs a GPU must not start without it. Throws
 * `not_supported_here`.
 */
function refuseUnsupported(body: Pick<ConfigBody, 'gpu_memory' | 'gpu_type' | 'is_stateful_function'>): void {
  if ((body.gpu_memory ?? 0) > 0 || body.gpu_type) throw unsupported('gpu_memory', 'Leave the GPU fields out.');
  if (body.is_stateful_function === true) throw unsupported('is_stateful_function', 'Keep state outside.');
}

function unsupported(field: string, hint: string): PlatformError {
  return new PlatformError('not_supported_here', `${field} is not supported yet`, { hint });
}

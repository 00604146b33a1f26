import { PlatformError } from '../../lib/platform-error.ts';
import { readMountConfig } from './mount-config.ts';
import type { Kept } from './types.ts';
import type { WireFields } from './wire-fields.ts';

type Reader = (fields: WireFields, name: string) => unknown;

const text: Reader = (fields, name) => fields.text(name);
const flag: Reader = (fields, name) => fields.flag(name);

/** One public client sends 0 for "not set". */
const seconds =
  (max: number): Reader =>
  (fields, name) =>
    fields.integer(name, { min: 0, max, unit: 'seconds' });

const oneOf =
  (...allowed: string[]): Reader =>
  (fields, name) => {
    const value = fields.text(name);
    if (value !== undefined && value !== '' && !allowed.includes(value)) {
      throw new PlatformError('invalid_request', `${name} must be one of ${allowed.join(', ')}`);
    }
    return value;
  };

const network: Reader = (fields, name) => {
  const ids = fields.nested(name);
  for (const id of ['vpc_id', 'subnet_id']) ids?.text(id, { max: 64 });
  return fields.fields(name);
};

/** Stored with the switch as a boolean, in whichever form a client writes it: instances are started by it. */
const networkController: Reader = (fields, name) => {
  const given = fields.nested(name);
  if (given === undefined) return undefined;
  const { disable_public_network: _, ...rest } = fields.fields(name) ?? {};
  for (const vpc of given.list('trigger_access_vpcs', { max: 100, code: 'invalid_request' }) ?? []) {
    for (const text of ['vpc_id', 'vpc_name']) vpc.text(text, { max: 64 });
  }
  const disabled = given.flag('disable_public_network');
  return { ...rest, ...(disabled === undefined ? {} : { disable_public_network: disabled }) };
};

/** An object of texts. */
const texts: Reader = (fields, name) => {
  const given = fields.nested(name);
  const kept = fields.fields(name);
  for (const key of Object.keys(kept ?? {})) given?.text(key);
  return kept;
};

const READERS: Readonly<Record<string, Reader>> = {
  type: oneOf('v1', 'v2'),
  extend_config: text,
  domain_names: text,
  tags: text,
  peering_cidr: text,
  user_data_encrypt_kms_key_id: text,
  code_encrypt_kms_key_id: text,
  restore_hook_handler: text,
  restore_hook_timeout: seconds(300),
  enable_class_isolation: flag,
  enable_auth_in_header: flag,
  enable_lts_log: flag,
  lts_custom_tag: texts,
  log_config: texts,
};

/** Stored and returned as well; an instance is started with their values. */
const SURROUNDINGS: Readonly<Record<string, Reader>> = {
  func_vpc: network,
  mount_config: readMountConfig,
  network_controller: networkController,
};

/** Stored and returned as well; the platform calls the handlers that they name, see `checkHooks`. */
const HOOKS: Readonly<Record<string, Reader>> = {
  pre_stop_handler: text,
  pre_stop_timeout: seconds(90),
  heartbeat_handler: text,
};

/** Stored and returned as well; the names were looked up before, and decide about rights. */
const IDENTITY: Readonly<Record<string, Reader>> = {
  xrole: text,
  app_xrole: text,
  enterprise_project_id: text,
};

/** Fields that are checked for their type, kept and read back, and change nothing about how a function runs. */
export const STORED_ONLY_FIELDS: readonly string[] = Object.keys(READERS);

/** The fields of all kinds that a body sets. Empty text is kept: it means "cleared". */
export function readStoredFields(fields: WireFields): Kept {
  const stored: Record<string, unknown> = {};
  for (const [name, read] of Object.entries({ ...READERS, ...IDENTITY, ...HOOKS, ...SURROUNDINGS })) {
    const value = read(fields, name);
    if (value !== undefined) stored[name] = value;
  }
  return stored;
}

/**
 * Refuses settings that would silently have no effect: a function that needs a GPU must not start without it. Throws
 * `not_supported_here`.
 */
export function refuseUnsupported(fields: WireFields): void {
  if ((fields.integer('gpu_memory', { min: 0, max: 1_000_000 }) ?? 0) > 0 || (fields.text('gpu_type') ?? '') !== '') {
    throw unsupported('gpu_memory', 'Leave the GPU fields out.');
  }
  if (fields.flag('is_stateful_function') === true) throw unsupported('is_stateful_function', 'Keep state outside.');
  const storage = fields.integer('ephemeral_storage', { min: 0, max: 1_000_000 }) ?? 0;
  if (![0, 512].includes(storage)) throw unsupported('ephemeral_storage', 'Functions have 512 MB in /tmp.');
}

function unsupported(field: string, hint: string): PlatformError {
  return new PlatformError('not_supported_here', `${field} is not supported yet`, { hint });
}

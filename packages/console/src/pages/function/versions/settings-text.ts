import type { ShownFunction } from '../shown-function.ts';

type Config = ShownFunction['config'];

/** What a person sets; the code is compared by its files. */
const SETTINGS = [
  'handler',
  'memory_size',
  'timeout',
  'description',
  'user_data',
  'encrypted_user_data',
  'initializer_handler',
  'initializer_timeout',
  'pre_stop_handler',
  'pre_stop_timeout',
  'heartbeat_handler',
  'restore_hook_handler',
  'restore_hook_timeout',
  'ephemeral_storage',
  'strategy_config',
  'is_return_stream',
  'enable_lanes',
  'enable_dynamic_memory',
  'enable_auth_in_header',
  'enable_class_isolation',
  'custom_image',
  'xrole',
  'app_xrole',
  'func_vpc',
  'mount_config',
  'network_controller',
  'enterprise_project_id',
] as const satisfies readonly (keyof Config)[];

/** Texts of JSON are opened, so that the change of one variable is one line. */
function opened(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The settings of a version as JSON, those that are set. */
export function settingsText(config: Config): string {
  const set = SETTINGS.map((name) => [name, opened(config[name])] as const).filter(
    ([, value]) => value !== undefined && value !== '' && value !== false,
  );
  const dependencies = config.dependencies.map(({ name, version }) => `${name} ${version}`);
  return `${JSON.stringify({ ...Object.fromEntries(set), dependencies }, null, 2)}\n`;
}

import type { FunctionConfig } from '../../connection/index.ts';
import type { FunctionEntry } from '../file/schema.ts';
import type { Fields } from '../plan/resource.ts';
import { actualImage, IMAGE_RUNTIME, imageBody, imageOf } from './image.ts';

type Key = Exclude<
  keyof FunctionEntry,
  | 'folder'
  | 'build'
  | 'runtime'
  | 'environment'
  | 'secrets'
  | 'image'
  | 'network'
  | 'mounts'
  | 'async'
  | 'reserved'
  | 'max_instances'
  | 'instance_concurrency'
  | 'dependencies'
  | 'triggers'
  | 'aliases'
>;

/** Name in the API, and what a function has that sets nothing. */
const SETTINGS: Readonly<Record<Key, readonly [field: keyof FunctionConfig, usual: string | number | boolean]>> = {
  handler: ['handler', ''],
  description: ['description', ''],
  memory: ['memory_size', 128],
  timeout: ['timeout', 3],
  initializer: ['initializer_handler', ''],
  initializer_timeout: ['initializer_timeout', 0],
  pre_stop: ['pre_stop_handler', ''],
  pre_stop_timeout: ['pre_stop_timeout', 0],
  heartbeat: ['heartbeat_handler', ''],
  ephemeral_storage: ['ephemeral_storage', 512],
  dynamic_memory: ['enable_dynamic_memory', false],
  return_stream: ['is_return_stream', false],
  lanes: ['enable_lanes', true],
  agency: ['xrole', ''],
  run_agency: ['app_xrole', ''],
  enterprise_project: ['enterprise_project_id', ''],
};
const KEYS = Object.keys(SETTINGS) as Key[];

/** Seconds that an entry point gets when the file sets none. */
const USUAL_SECONDS = { initializer: 3, pre_stop: 10 } as const;

/** All settings of a function of the file, with defaults for those it leaves out. */
export function settingsOf(entry: FunctionEntry): Fields {
  const settings = Object.fromEntries(KEYS.map((key): [string, unknown] => [key, entry[key] ?? SETTINGS[key][1]]));
  for (const hook of ['initializer', 'pre_stop'] as const) {
    if (entry[hook] !== undefined) settings[`${hook}_timeout`] = entry[`${hook}_timeout`] ?? USUAL_SECONDS[hook];
  }
  return {
    runtime: entry.runtime ?? (entry.image === undefined ? '' : IMAGE_RUNTIME),
    ...settings,
    ...imageOf(entry.image),
    ...(entry.image === undefined ? {} : { handler: entry.handler ?? '-' }),
    network: entry.network ?? 'default',
    mounts: entry.mounts ?? {},
    max_instances: entry.max_instances ?? -1,
    instance_concurrency: entry.instance_concurrency ?? 1,
  };
}

/** The same of a function of the server. */
export function actualSettings(config: FunctionConfig): Fields {
  return {
    runtime: config.runtime,
    ...actualImage(config.custom_image),
    network: networkOf(config),
    mounts: mountsOf(config),
    ...Object.fromEntries(KEYS.map((key) => [key, config[SETTINGS[key][0]]])),
    max_instances: config.strategy_config.concurrency,
    instance_concurrency: config.strategy_config.concurrent_num,
    environment: JSON.parse(config.user_data || '{}') as Fields,
  };
}

interface Mounts {
  readonly func_mounts?: ReadonlyArray<{ readonly mount_resource: string; readonly local_mount_path: string }>;
}

function mountsOf({ mount_config }: FunctionConfig): Fields {
  const { func_mounts = [] } = (mount_config ?? {}) as Mounts;
  return Object.fromEntries(func_mounts.map((one) => [one.mount_resource, one.local_mount_path]));
}

function networkOf({ func_vpc, network_controller }: FunctionConfig): unknown {
  if (func_vpc?.vpc_id) return func_vpc.vpc_name || func_vpc.vpc_id;
  return network_controller?.disable_public_network === true ? 'none' : 'default';
}

/** The body of the API for fields of the file. `changed` selects them; all unless given. */
export function bodyOf(fields: Fields, changed: ReadonlySet<string> = new Set(Object.keys(fields))): Fields {
  const chosen = KEYS.filter((key) => changed.has(key) && !isUnset(key, fields));
  const strategy = changed.has('max_instances') || changed.has('instance_concurrency');
  return {
    ...Object.fromEntries(chosen.map((key) => [SETTINGS[key][0], fields[key]])),
    ...(changed.has('image') && fields.source === 'image' ? { custom_image: imageBody(fields.image) } : {}),
    ...(changed.has('environment') ? { user_data: JSON.stringify(fields.environment) } : {}),
    ...(strategy
      ? { strategy_config: { concurrency: fields.max_instances, concurrent_num: fields.instance_concurrency } }
      : {}),
  };
}

/** The server takes no time of 0 seconds: it goes with its entry point. */
function isUnset(key: Key, fields: Fields): boolean {
  return key.endsWith('_timeout') && fields[key] === 0;
}

import { MEMORY_SIZES_MB } from '@funcgraph/api';
import type { FunctionConfig } from '../../connection/index.ts';
import { type FlagSpecs, type FlagValues, flag, type Row } from '../../framework/index.ts';
import { VARIABLE_FLAGS, type VariableFields } from './variables.ts';

/** Flags for the configuration of a function, the same in `create`, `deploy` and `update`. */
export const CONFIG_FLAGS = {
  handler: flag.text('FILE.FUNCTION', 'entry point, such as index.handler'),
  memory: flag.integer('MB', `memory: ${MEMORY_SIZES_MB.slice(0, 4).join(', ')} ... MB`),
  timeout: flag.integer('SECONDS', 'longest time of one invocation'),
  ...VARIABLE_FLAGS,
  initializer: flag.text('FILE.FUNCTION', 'run once for each instance, before its first invocation'),
  'initializer-timeout': flag.integer('SECONDS', 'longest time of the initializer'),
  heartbeat: flag.text('PACKAGE.CLASS.METHOD', 'Java only: reports every 5 seconds whether an instance works'),
  'pre-stop': flag.text('PACKAGE.CLASS.METHOD', 'Java only: called before an instance is stopped'),
  'pre-stop-timeout': flag.integer('SECONDS', 'longest time of that call, 1 to 90'),
  'ephemeral-storage': flag.integer('MB', 'room in /tmp: 512, or 10240 for HTTP functions and images'),
  'return-stream': flag.text('VALUE', 'whether answers may be streamed: through the URL, and with invoke --stream', {
    choices: ['on', 'off'],
  }),
  lanes: flag.text('VALUE', 'whether short requests may wait in a warm instance for those before them', {
    choices: ['on', 'off'],
  }),
  agency: flag.text('NAME', 'agency whose rights the code gets; empty for none'),
  'run-agency': flag.text('NAME', 'another agency for the code alone'),
  'enterprise-project': flag.text('ID', 'enterprise project that it belongs to'),
  description: flag.text('TEXT', 'purpose of the function'),
} as const satisfies FlagSpecs;

export type ConfigFlags = FlagValues<typeof CONFIG_FLAGS>;

/** Defaults of a new function. */
export const NEW_FUNCTION = { timeout: 3, memory_size: 128 } as const;

export interface ConfigFields extends VariableFields {
  readonly handler?: string;
  readonly memory_size?: number;
  readonly timeout?: number;
  readonly description?: string;
  readonly initializer_handler?: string;
  readonly initializer_timeout?: number;
  readonly heartbeat_handler?: string;
  readonly pre_stop_handler?: string;
  readonly pre_stop_timeout?: number;
  readonly ephemeral_storage?: number;
  readonly is_return_stream?: boolean;
  readonly enable_lanes?: boolean;
  readonly xrole?: string;
  readonly app_xrole?: string;
  readonly enterprise_project_id?: string;
  readonly depend_version_list?: string[];
}

/** The API fields of the given flags, and of no others; without those of variables. */
export function configFields(flags: ConfigFlags): ConfigFields {
  const { initializer, 'pre-stop': preStop } = flags;
  const { lanes, 'return-stream': stream } = flags;
  const fields = {
    handler: flags.handler,
    memory_size: flags.memory,
    timeout: flags.timeout,
    description: flags.description,
    xrole: flags.agency,
    app_xrole: flags['run-agency'],
    enterprise_project_id: flags['enterprise-project'],
    ephemeral_storage: flags['ephemeral-storage'],
    is_return_stream: stream === undefined ? undefined : stream === 'on',
    enable_lanes: lanes === undefined ? undefined : lanes === 'on',
    initializer_handler: initializer,
    initializer_timeout:
      flags['initializer-timeout'] ?? (initializer === undefined || initializer === '' ? undefined : 3),
    heartbeat_handler: flags.heartbeat,
    pre_stop_handler: preStop,
    pre_stop_timeout: flags['pre-stop-timeout'] ?? (preStop === undefined || preStop === '' ? undefined : 10),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ConfigFields;
}

function same(requested: unknown, present: unknown): boolean {
  if (Array.isArray(requested)) return JSON.stringify(requested) === JSON.stringify(present ?? []);
  return requested === (present ?? '');
}

/** Names of the fields that a request would change. */
export function changedFields(present: FunctionConfig, requested: ConfigFields): string[] {
  return Object.entries(requested).flatMap(([field, value]) => (same(value, (present as Row)[field]) ? [] : [field]));
}

/** The body that changes `present` to `requested`, with the fields that the API always wants; undefined when nothing differs. */
export function configChange(present: FunctionConfig, requested: ConfigFields): Record<string, unknown> | undefined {
  const changed = changedFields(present, requested);
  if (changed.length === 0) return undefined;
  const { func_name, runtime, handler, timeout, memory_size } = present;
  return {
    func_name,
    runtime,
    handler,
    timeout,
    memory_size,
    ...Object.fromEntries(changed.map((field) => [field, (requested as Row)[field]])),
  };
}

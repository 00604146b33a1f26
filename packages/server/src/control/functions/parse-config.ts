import { type ErrorCode, LIMITS, MEMORY_SIZES_MB } from '@funcgraph/api';
import { type Environment, environmentFits, parseEnvironment } from '../../domain/environment.ts';
import { handlerFits, type RuntimeRules } from '../../domain/runtime-rules.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkHooks } from './java-hooks.ts';
import { readStoredFields, refuseUnsupported } from './stored-fields.ts';
import type { FunctionConfig } from './types.ts';
import type { WireFields } from './wire-fields.ts';

/** Shown instead of the value of an encrypted variable; sent back, it means "as before". */
export const MASK = '******';

/** A checked configuration and, apart from it, the encrypted variables in the clear. */
export interface ParsedConfig {
  readonly config: FunctionConfig;
  readonly secrets: Environment;
}

/** The base of a body: the present state of a version, or the initial state of a new function. */
export interface ConfigBase extends ParsedConfig {
  readonly rules: RuntimeRules;
  /** Most characters of all variables. */
  readonly environmentChars: number;
}

/** The configuration of a function created with only a runtime. */
export function initialConfig(rules: RuntimeRules): FunctionConfig {
  return {
    handler: rules.defaultHandler ?? '',
    timeoutSeconds: 3,
    memoryMb: 128,
    env: {},
    description: '',
    maxInstances: LIMITS.maxInstances.fallback,
    instanceConcurrency: LIMITS.instanceConcurrency.min,
    dynamicMemory: false,
    dependencies: [],
    codeType: '',
    codeFileName: '',
    stored: {},
  };
}

/**
 * Applies the fields of a create or config-update body to `base`. Omitted fields stay. Throws `PlatformError` with the
 * code of the first field that breaks its rule; changes nothing.
 */
export function applyConfig(base: ConfigBase, fields: WireFields): ParsedConfig {
  refuseUnsupported(fields);
  const { config: before, rules } = base;
  const env = environment(fields.text('user_data'), before.env, 'user_data');
  const secrets = unmask(
    environment(fields.text('encrypted_user_data'), base.secrets, 'encrypted_user_data'),
    base.secrets,
  );
  checkEnvironment(env, secrets, base.environmentChars);
  const { initializer, initializerTimeoutSeconds, ...rest } = before;
  const config: FunctionConfig = {
    ...rest,
    handler: handler(fields, rules, before.handler),
    timeoutSeconds:
      fields.integer('timeout', { ...LIMITS.timeoutSeconds, code: 'invalid_timeout', unit: 'seconds' }) ??
      before.timeoutSeconds,
    memoryMb: memory(fields) ?? before.memoryMb,
    env,
    description: description(fields) ?? before.description,
    ...initializerOf(fields, rules, { initializer, initializerTimeoutSeconds }),
    ...strategy(fields, before),
    dynamicMemory: fields.flag('enable_dynamic_memory') ?? before.dynamicMemory,
    dependencies: readDependencies(fields) ?? before.dependencies,
    returnStream: fields.flag('is_return_stream') ?? before.returnStream ?? false,
    stored: { ...before.stored, ...readStoredFields(fields) },
  };
  checkHooks(config.stored, rules);
  return { config, secrets };
}

/** Ids of dependency versions; undefined when the body has no list. */
export function readDependencies(fields: WireFields): readonly string[] | undefined {
  return fields.texts('depend_version_list')?.filter((id) => id !== '');
}

/** The `max_instance_num` of its own operation; undefined when the body has none. */
export function readMaxInstances(fields: WireFields, name: string): number | undefined {
  const { min, max } = LIMITS.maxInstances;
  return fields.integer(name, { min, max, code: 'invalid_concurrency' });
}

function handler(fields: WireFields, rules: RuntimeRules, before: string): string {
  const given = fields.text('handler', { code: 'invalid_handler' });
  const value = given === undefined || given === '' ? before : given;
  if (!handlerFits(rules, value)) throw badForm('handler', 'invalid_handler', rules);
  return value;
}

function initializerOf(
  fields: WireFields,
  rules: RuntimeRules,
  before: { initializer: string | undefined; initializerTimeoutSeconds: number | undefined },
): Pick<FunctionConfig, 'initializer' | 'initializerTimeoutSeconds'> {
  const name = fields.text('initializer_handler', { code: 'invalid_initializer' }) ?? before.initializer ?? '';
  if (name === '') return {};
  if (!handlerFits(rules, name)) throw badForm('initializer_handler', 'invalid_initializer', rules);
  const limits = { ...LIMITS.initializerTimeoutSeconds, code: 'invalid_initializer_timeout', unit: 'seconds' } as const;
  const timeout = fields.integer('initializer_timeout', limits) ?? before.initializerTimeoutSeconds;
  if (timeout === undefined) {
    throw new PlatformError(
      'invalid_initializer_timeout',
      'initializer_timeout must be given with initializer_handler',
    );
  }
  return { initializer: name, initializerTimeoutSeconds: timeout };
}

function memory(fields: WireFields): number | undefined {
  const value = fields.integer('memory_size', { min: 0, max: 1_000_000, code: 'invalid_memory_size' });
  if (value === undefined || (MEMORY_SIZES_MB as readonly number[]).includes(value)) return value;
  throw new PlatformError('invalid_memory_size', `memory_size must be one of ${MEMORY_SIZES_MB.join(', ')}`);
}

function description(fields: WireFields): string | undefined {
  const value = fields.text('description');
  if (value !== undefined && [...value].length > LIMITS.descriptionChars) {
    throw new PlatformError('description_too_long', `description is longer than ${LIMITS.descriptionChars} characters`);
  }
  return value;
}

/** Clients may send one of the two numbers only. */
function strategy(
  fields: WireFields,
  before: FunctionConfig,
): Pick<FunctionConfig, 'maxInstances' | 'instanceConcurrency'> {
  const given = fields.nested('strategy_config');
  if (given === undefined)
    return { maxInstances: before.maxInstances, instanceConcurrency: before.instanceConcurrency };
  const limits = { ...LIMITS.instanceConcurrency, code: 'invalid_concurrency' } as const;
  return {
    maxInstances: readMaxInstances(given, 'concurrency') ?? before.maxInstances,
    instanceConcurrency: given.integer('concurrent_num', limits) ?? before.instanceConcurrency,
  };
}

function environment(text: string | undefined, before: Environment, field: string): Environment {
  if (text === undefined) return before;
  const parsed = parseEnvironment(text);
  if ('env' in parsed) return parsed.env;
  const { fault } = parsed;
  if (fault.kind === 'not-an-object') {
    throw new PlatformError('invalid_user_data', `${field} must be the text of a JSON object`, {
      hint: 'For example {"key":"value"}, as text.',
    });
  }
  const name = JSON.stringify(fault.name.slice(0, 80));
  const why = {
    name: `name ${name} must start with a letter and hold only letters, digits and _`,
    reserved: `name ${name} is set by the platform`,
    value: `value of ${name} must be text without NUL`,
  }[fault.kind];
  throw new PlatformError('invalid_user_data', `${field}: ${why}`);
}

/** The mask in a request means that the user did not change the variable. */
function unmask(given: Environment, before: Environment): Environment {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value === MASK ? (before[name] ?? MASK) : value]),
  );
}

function checkEnvironment(env: Environment, secrets: Environment, most: number): void {
  const twice = Object.keys(env).find((name) => Object.hasOwn(secrets, name));
  if (twice !== undefined) {
    throw new PlatformError('invalid_user_data', `${twice} is in both user_data and encrypted_user_data`);
  }
  if (!environmentFits([env, secrets], most)) {
    throw new PlatformError(
      'user_data_too_large',
      `the environment variables are longer than ${most} characters, names and values together`,
    );
  }
}

function badForm(field: string, code: ErrorCode, rules: RuntimeRules): PlatformError {
  return new PlatformError(code, `${field} must have the form ${rules.handlerForm}`);
}

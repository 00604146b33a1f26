import { type ErrorCode, LIMITS, MEMORY_SIZES_MB } from '@funcgraph/api';
import { type Environment, environmentFault, environmentFits, MASK } from '@funcgraph/api/environment';
import { handlerFits, type Language } from '@funcgraph/runtimes';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkDescription, checkLength, checkRange } from '../checks.ts';
import { checkHooks } from './java-hooks.ts';
import { checkMountConfig } from './mount-config.ts';
import type { FunctionConfig, FunctionSettings } from './types.ts';

const MAX_ID_CHARS = 64;

/** A checked configuration and, apart from it, the encrypted variables in the clear. */
export interface CheckedConfig {
  readonly config: FunctionConfig;
  readonly secrets: Environment;
}

/** The base of a change: the present state of a version, or the initial state of a new function. */
export interface ConfigBase extends CheckedConfig {
  readonly language: Language;
  /** Most characters of all variables. */
  readonly environmentChars: number;
}

/** The configuration of a function created with only a runtime. */
export function initialConfig(language: Language): FunctionConfig {
  return {
    handler: language.handlers.usual ?? '',
    timeoutSeconds: 3,
    memoryMb: 128,
    env: {},
    description: '',
    maxInstances: LIMITS.maxInstances.fallback,
    instanceConcurrency: LIMITS.instanceConcurrency.min,
    dynamicMemory: false,
    returnStream: false,
    dependencies: [],
    codeType: '',
    codeFileName: '',
    kept: {},
  };
}

/**
 * Applies settings to `base`. Throws `PlatformError` with the code of the first setting that breaks its rule; changes
 * nothing.
 */
export function applySettings(
  base: ConfigBase,
  { secrets, kept, handler, ...settings }: FunctionSettings,
): CheckedConfig {
  checkSettings(settings);
  const { config: before, language } = base;
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const merged: FunctionConfig = {
    ...before,
    ...given,
    handler: handler || before.handler,
    kept: { ...before.kept, ...kept },
  };
  const open = secrets === undefined ? base.secrets : unmask(secrets, base.secrets);
  if (!handlerFits(language, merged.handler)) throw badForm('handler', 'invalid_handler', language);
  checkNames('user_data', settings.env);
  checkNames('encrypted_user_data', secrets);
  checkVariables(merged.env, open, base.environmentChars);
  checkHooks(merged, language);
  checkTmp(merged, language);
  return { config: withInitializer(merged, language), secrets: open };
}

/** Only HTTP functions and images may have the large one (terraform: `ephemeral_storage`). Throws `invalid_request`. */
function checkTmp({ tmpMb }: FunctionConfig, { id }: Language): void {
  const { usual, large } = LIMITS.tmpMb;
  if (tmpMb === undefined || tmpMb === usual) return;
  if (tmpMb !== large) {
    throw new PlatformError('invalid_request', `ephemeral_storage must be ${usual} or ${large} (MB of /tmp)`);
  }
  if (id === 'http' || id === 'image') return;
  throw new PlatformError('invalid_request', `ephemeral_storage ${large} is for HTTP functions and images`, {
    hint: `Other functions have ${usual} MB in /tmp.`,
  });
}

/** Throws `invalid_concurrency`. */
export function checkMaxInstances(field: string, maxInstances: number | undefined): void {
  checkRange(field, maxInstances, {
    min: LIMITS.maxInstances.min,
    max: LIMITS.maxInstances.max,
    code: 'invalid_concurrency',
  });
}

function checkSettings(settings: Omit<FunctionSettings, 'secrets'>): void {
  const { memoryMb, network, mountConfig } = settings;
  checkRange('timeout', settings.timeoutSeconds, {
    ...LIMITS.timeoutSeconds,
    code: 'invalid_timeout',
    unit: 'seconds',
  });
  if (memoryMb !== undefined && !(MEMORY_SIZES_MB as readonly number[]).includes(memoryMb)) {
    throw new PlatformError('invalid_memory_size', `memory_size must be one of ${MEMORY_SIZES_MB.join(', ')}`);
  }
  checkDescription(settings.description);
  checkMaxInstances('concurrency', settings.maxInstances);
  const concurrency = { ...LIMITS.instanceConcurrency, code: 'invalid_concurrency' } as const;
  checkRange('concurrent_num', settings.instanceConcurrency, concurrency);
  checkLength('vpc_id', network?.vpcId, MAX_ID_CHARS);
  checkLength('subnet_id', network?.subnetId, MAX_ID_CHARS);
  if (mountConfig !== undefined) checkMountConfig(mountConfig);
}

/** Without an initializer it has no timeout either. */
function withInitializer(config: FunctionConfig, language: Language): FunctionConfig {
  const { initializer = '', initializerTimeoutSeconds: timeout, ...rest } = config;
  if (initializer === '') return rest;
  if (!handlerFits(language, initializer)) throw badForm('initializer_handler', 'invalid_initializer', language);
  const code = 'invalid_initializer_timeout';
  checkRange('initializer_timeout', timeout, { ...LIMITS.initializerTimeoutSeconds, code, unit: 'seconds' });
  if (timeout === undefined) {
    throw new PlatformError(code, 'initializer_timeout must be given with initializer_handler');
  }
  return config;
}

/** The mask means that the user did not change the variable. */
function unmask(given: Environment, before: Environment): Environment {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value === MASK ? (before[name] ?? MASK) : value]),
  );
}

function checkVariables(env: Environment, secrets: Environment, most: number): void {
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

function checkNames(field: string, env: Environment = {}): void {
  const count = Object.keys(env).length;
  if (count > LIMITS.userDataVariables) {
    const message = `${field} has ${count} variables, it may have ${LIMITS.userDataVariables}`;
    throw new PlatformError('too_many_variables', message, { hint: 'One variable can hold JSON.' });
  }
  const found = environmentFault(env);
  if (found === undefined) return;
  const name = JSON.stringify(found.name.slice(0, 80));
  const why = {
    name: `name ${name} must start with a letter and hold only letters, digits and _`,
    reserved: `name ${name} is set by the platform`,
    value: `value of ${name} must be text without NUL`,
  }[found.fault];
  throw new PlatformError('invalid_user_data', `${field}: ${why}`);
}

function badForm(field: string, code: ErrorCode, language: Language): PlatformError {
  return new PlatformError(code, `${field} must have the form ${language.handlers.form}`);
}

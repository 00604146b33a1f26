/** Rules of environment variables that clients and server must agree on. */

/** Shown instead of the value of an encrypted variable; sent back, it means "as before". */
export const MASK = '******';

/** Names the platform sets itself; a function may not define them. */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  'RUNTIME_PROJECT_ID',
  'RUNTIME_FUNC_NAME',
  'RUNTIME_FUNC_VERSION',
  'RUNTIME_PACKAGE',
  'RUNTIME_HANDLER',
  'RUNTIME_TIMEOUT',
  'RUNTIME_USERDATA',
  'RUNTIME_CPU',
  'RUNTIME_MEMORY',
  'RUNTIME_MAX_RESP_BODY_SIZE',
  'RUNTIME_INITIALIZER_HANDLER',
  'RUNTIME_INITIALIZER_TIMEOUT',
  'RUNTIME_ROOT',
  'RUNTIME_CODE_ROOT',
  'RUNTIME_LOG_DIR',
  'RUNTIME_API_ADDR',
]);

const VARIABLE_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

export type Environment = Readonly<Record<string, string>>;

export type EnvironmentFault = 'name' | 'reserved' | 'value';

/** The first variable that a function cannot have, and why. */
export function environmentFault(
  env: Environment,
): { readonly fault: EnvironmentFault; readonly name: string } | undefined {
  for (const [name, value] of Object.entries(env)) {
    if (!VARIABLE_NAME.test(name)) return { fault: 'name', name };
    if (RESERVED_VARIABLES.has(name)) return { fault: 'reserved', name };
    // a process environment ends each value with NUL
    if (value.includes('\0')) return { fault: 'value', name };
  }
  return undefined;
}

/** Characters of all names and values, which the limit counts together. */
export function environmentChars(env: Environment): number {
  return Object.entries(env).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

export function environmentFits(parts: readonly Environment[], most: number): boolean {
  return parts.reduce((sum, env) => sum + environmentChars(env), 0) <= most;
}

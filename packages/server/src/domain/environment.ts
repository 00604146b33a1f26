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

export type EnvironmentFault =
  | { readonly kind: 'not-an-object' }
  | { readonly kind: 'name' | 'reserved' | 'value'; readonly name: string };

/** Reads the JSON object text in which the API carries variables. Empty text means no variables. */
export function parseEnvironment(text: string): { env: Environment } | { fault: EnvironmentFault } {
  if (text.trim() === '') return { env: {} };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { fault: { kind: 'not-an-object' } };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return { fault: { kind: 'not-an-object' } };
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (!VARIABLE_NAME.test(name)) return { fault: { kind: 'name', name } };
    if (RESERVED_VARIABLES.has(name)) return { fault: { kind: 'reserved', name } };
    // a process environment ends each value with NUL
    if (typeof value !== 'string' || value.includes('\0')) return { fault: { kind: 'value', name } };
    env[name] = value;
  }
  return { env };
}

/** Characters of all names and values, which the limit counts together. */
export function environmentChars(env: Environment): number {
  return Object.entries(env).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

export function environmentFits(parts: readonly Environment[], most: number): boolean {
  return parts.reduce((sum, env) => sum + environmentChars(env), 0) <= most;
}

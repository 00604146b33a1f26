import type { Check, Machine } from './check.ts';

export interface DatabaseProbe {
  readonly nodePath: string;
  /** The arguments of Node.js: the server's program that inspects a database, and the server's own flags. */
  readonly args: readonly string[];
}

const NAME = 'PostgreSQL';

/** Inspects the database that a server would use; no finding for SQLite. */
export async function probeDatabase(machine: Machine, { nodePath, args }: DatabaseProbe): Promise<Check[]> {
  const { output } = await machine.run(nodePath, args);
  const found = parse(output);
  if (found === null) return [];
  if (found !== undefined) return [{ name: NAME, ...found }];
  const hint = 'see whether its host runs, and whether a firewall is in between';
  return [{ name: NAME, state: 'fail', detail: 'it does not answer', hint }];
}

/** Undefined: the program did not end in time. */
function parse(output: string): Omit<Check, 'name'> | null | undefined {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== 'object') return null;
  const { ok, detail, hint } = value as { ok?: unknown; detail?: unknown; hint?: unknown };
  return {
    state: ok === true ? 'ok' : 'fail',
    detail: String(detail),
    ...(typeof hint === 'string' ? { hint } : {}),
  };
}

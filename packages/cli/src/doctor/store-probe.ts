import type { Check, Machine } from './check.ts';

export interface StoreProbe {
  readonly nodePath: string;
  /** The arguments of Node.js: the server's program that inspects its stores, and the server's own flags. */
  readonly args: readonly string[];
}

/** Inspects the database and the bucket of artifacts that a server would use; no finding for SQLite and folders. */
export async function probeStores(machine: Machine, { nodePath, args }: StoreProbe): Promise<Check[]> {
  const { output } = await machine.run(nodePath, args);
  const found = parse(output);
  if (found !== undefined) return found;
  const hint = 'see whether their hosts run, and whether a firewall is in between';
  return [{ name: 'database and artifacts', state: 'fail', detail: 'they do not answer', hint }];
}

/** Undefined: the program did not end in time. */
function parse(output: string): Check[] | undefined {
  try {
    return (JSON.parse(output) as Record<string, unknown>[]).map(({ name, ok, detail, hint }) => ({
      name: String(name),
      state: ok === true ? 'ok' : 'fail',
      detail: String(detail),
      ...(typeof hint === 'string' ? { hint } : {}),
    }));
  } catch {
    return undefined;
  }
}

import { readFileSync } from 'node:fs';
import { StartupError } from '../lib/startup-error.ts';

/** Bits of the capability sets that the agent needs: to make sandboxes, and to reach into them. */
const NEEDED = { SYS_ADMIN: 21n, SYS_PTRACE: 19n } as const;

/** Throws `ROOT_RIGHTS` where root has not the rights to start sandboxes, as in a container without options. */
export function requireRootRights(status: string = readFileSync('/proc/self/status', 'utf8')): void {
  const [, held = ''] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  if (held === '') return;
  const missing = Object.entries(NEEDED).filter(([, bit]) => ((BigInt(`0x${held}`) >> bit) & 1n) === 0n);
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  throw new StartupError('ROOT_RIGHTS', `root cannot start functions here: it has no capability ${names.join(', ')}`, {
    hint: 'Inside a container, fgs doctor lists the options that the container needs.',
  });
}

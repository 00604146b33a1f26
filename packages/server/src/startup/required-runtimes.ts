import type { InstalledRuntimes } from '../instances/index.ts';
import { StartupError } from '../lib/startup-error.ts';

/**
 * Throws `RUNTIMES` when one of the names is no runtime of this machine. A name without a version, such as `Python`, is any
 * of that language.
 */
export function requireRuntimes(
  names: readonly string[],
  runtimes: Pick<InstalledRuntimes, 'available' | 'find'>,
): void {
  const available = runtimes.available();
  for (const name of names) {
    if (available.some((one) => one === name || one.replace(/\d+(\.\d+)?$/, '') === name)) continue;
    const known = runtimes.find(name);
    const hint = known?.hint ?? `This machine has ${available.join(', ')}.`;
    const state = known === undefined ? 'is no runtime of this machine' : 'is not installed on this machine';
    throw new StartupError('RUNTIMES', `required_runtimes: ${name} ${state}`, { hint });
  }
}

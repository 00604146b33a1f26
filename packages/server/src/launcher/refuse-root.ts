import { StartupError } from '../lib/startup-error.ts';

export interface RootChoice {
  /** Functions without isolation would run as root. */
  readonly isRoot: boolean;
  /** Whether the operator has allowed that root runs functions without isolation. */
  readonly isAllowed: boolean;
}

/** Throws `SANDBOX_ROOT`: without isolation, code of functions would run as root. */
export function refuseRoot(requested: 'auto' | 'bubblewrap' | 'process', { isRoot, isAllowed }: RootChoice): void {
  if (requested !== 'process' || !isRoot || isAllowed) return;
  throw new StartupError('SANDBOX_ROOT', 'without isolation, functions that root runs are root on this machine', {
    hint: 'Start as another user, or add --root-without-isolation allow.',
  });
}

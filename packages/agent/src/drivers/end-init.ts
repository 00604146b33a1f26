import { setTimeout as delay } from 'node:timers/promises';
import { AgentError } from '../agent-error.ts';
import { isAlive, type KnownProcess, killKnown } from '../owner.ts';

const STEP_MS = 5;
const GRACE_MS = 100;
const PATIENCE_MS = 5_000;

/**
 * Resolves when the init process of a sandbox, and with it every process of the sandbox, is dead. Its monitor exits a
 * moment earlier; an init process that stays longer is killed. Throws `INTERNAL` when it cannot be killed.
 */
export async function endInit(init: KnownProcess): Promise<void> {
  for (let waited = 0; isAlive(init); waited += STEP_MS) {
    if (waited >= PATIENCE_MS)
      throw new AgentError('INTERNAL', `the init process ${init.pid} of a sandbox does not die`);
    if (waited >= GRACE_MS) killKnown(init);
    await delay(STEP_MS);
  }
}

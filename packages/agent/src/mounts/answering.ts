import { AgentError } from '../agent-error.ts';
import { runHostCommand } from '../host-command.ts';

/**
 * Asks a file server for its root by another process, which ends after 10 s: one that does not answer would hold up the whole
 * agent in its own first look. Throws `MOUNT_FAILED`.
 */
export async function waitForAnswer(point: string, name: string): Promise<void> {
  try {
    await runHostCommand('stat', ['--', point]);
  } catch (cause) {
    const detail = cause instanceof AgentError ? cause.message : String(cause);
    throw new AgentError('MOUNT_FAILED', `${name} does not answer: ${detail}`, { cause });
  }
}

import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { AgentError } from './agent-error.ts';

/**
 * Creates a folder for the agent alone, or closes an existing folder of its user to others. Returns its descriptor,
 * because the owner of the parent folder can replace `path`. Throws `BAD_REQUEST` for a link.
 */
export function openOwnFolder(path: string): number {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const folder = open(path);
  try {
    const own = process.getuid?.() ?? 0;
    const { uid } = fstatSync(folder);
    if (uid !== own) throw refusal(path, `it belongs to user ${uid}, not to ${own}`);
    fchmodSync(folder, 0o700);
    return folder;
  } catch (error) {
    closeSync(folder);
    throw error;
  }
}

function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    throw refusal(path, 'it is no folder of its own');
  }
}

function refusal(path: string, why: string): AgentError {
  return new AgentError('BAD_REQUEST', `the agent cannot work in ${path}: ${why}`, {
    hint: 'move it away: the agent makes one',
  });
}

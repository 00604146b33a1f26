import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { AgentError } from '../agent-error.ts';

/** `O_PATH`: refers to a file without opening it; Node has no constant for it. */
const O_PATH = 0o10000000;

/** A folder or file on the path from a root to a source, held open. */
export interface Step {
  readonly descriptor: number;
  readonly stats: Stats;
}

/** Opens a root that the agent was started with. Links on the way to it are followed. */
export function openPlace(path: string): number {
  return openSync(path, O_PATH);
}

/**
 * Opens `parts` below an open folder, one path component at a time, each in the folder opened before it. So no name is
 * looked up twice, no link is followed and no file outside is reached, even if names change meanwhile. Throws
 * `SOURCE_REFUSED`; then no descriptor stays open. `flags` are further ones for each `open`.
 */
export function descend(folder: number, parts: readonly string[], flags = 0): Step[] {
  const steps: Step[] = [];
  try {
    let above = folder;
    for (const part of parts) {
      const descriptor = openSync(`/proc/self/fd/${above}/${part}`, O_PATH | constants.O_NOFOLLOW | flags);
      const stats = fstatSync(descriptor);
      steps.push({ descriptor, stats });
      if (stats.isSymbolicLink()) throw new AgentError('SOURCE_REFUSED', `${part} is a symbolic link`);
      above = descriptor;
    }
    return steps;
  } catch (cause) {
    closeSteps(steps);
    if (cause instanceof AgentError) throw cause;
    throw new AgentError('SOURCE_REFUSED', `there is nothing at ${parts.join('/')}`, { cause });
  }
}

export function closeSteps(steps: readonly Step[]): void {
  for (const { descriptor } of steps) closeSync(descriptor);
}

import type { CallId } from './commands.ts';
import type { RunState } from './state.ts';

/**
 * Names a call for ever: the run, the nodes from the outermost with the branch or iteration inside each, the action and
 * the attempt. Calls made again after a crash have the same key.
 */
export function callKey(state: RunState, { exec: id, action, attempt }: CallId): string {
  const path: (string | number)[] = action === undefined ? [] : [action];
  let exec = state.execs.get(id);
  if (exec) path.unshift(exec.node);
  while (exec) {
    const owner = state.execs.get(exec.owner);
    if (owner) path.unshift(owner.node, exec.index);
    exec = owner;
  }
  return JSON.stringify([state.run, path, attempt]);
}

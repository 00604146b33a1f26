import type { Flow } from '../../types.ts';

/** The key of a flow in the log of functions, below its project. No function has such a key: it has no `*` in its name. */
export function flowLogKey({ id, projectId }: Pick<Flow, 'id' | 'projectId'>): string {
  return `${projectId}:*flow:${id}`;
}

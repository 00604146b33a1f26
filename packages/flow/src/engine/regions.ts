import type { FlowEdge } from '../definition.ts';

/**
 * The join of a parallel node: the first node that paths of more than one branch reach; null when each branch ends for
 * itself. A checked definition has no other node that two branches share without passing the join.
 */
export function joinOf(branches: readonly string[], edges: readonly FlowEdge[]): string | null {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const reachedBy = new Map<string, number>();
  for (const branch of new Set(branches)) {
    for (const node of reach(branch, next)) reachedBy.set(node, (reachedBy.get(node) ?? 0) + 1);
  }
  const shared = new Set([...reachedBy].filter(([, count]) => count > 1).map(([node]) => node));
  const later = new Set([...shared].flatMap((node) => next.get(node) ?? []));
  for (const node of shared) if (!later.has(node)) return node;
  return null;
}

function reach(from: string, next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set([from]);
  for (const node of seen) for (const to of next.get(node) ?? []) seen.add(to);
  return seen;
}

import type { FlowEdge } from '../definition.ts';
import { type Graph, reach } from './graph.ts';

/** What a parallel node runs at once. */
export interface Region {
  readonly node: string;
  /** The node where its branches meet; none when each branch ends for itself. */
  readonly join: string | undefined;
  /** In the order of the edges: the nodes of each branch, without the join and what follows it. */
  readonly branches: readonly ReadonlySet<string>[];
}

/** The region of a parallel node in an acyclic graph. */
export function regionOf(graph: Graph, node: string): Region {
  const heads = graph.from(node).map(({ to }) => to);
  const shared = repeated(heads.map((head) => reach(graph, [head])));
  // the join comes before all other shared nodes, or there is none that all branches pass
  const join = [...shared].find((id) => graph.to(id).every(({ from }) => !shared.has(from)));
  return { node, join, branches: heads.map((head) => reach(graph, [head], join)) };
}

/** Nodes that a branch shares with another one, or with what follows the join, by a path that does not pass the join. */
export function crossings(graph: Graph, { join, branches }: Region): ReadonlySet<string> {
  return repeated(join === undefined ? branches : [...branches, reach(graph, [join])]);
}

/** Edges that lead into a branch from before the parallel node or from beside it. */
export function entrances(graph: Graph, { node, join, branches }: Region): readonly FlowEdge[] {
  const own = new Set([
    node,
    ...branches.flatMap((branch) => [...branch]),
    ...(join === undefined ? [] : reach(graph, [join])),
  ]);
  return branches.flatMap((branch) => [...branch].flatMap((id) => graph.to(id).filter(({ from }) => !own.has(from))));
}

/** The outer regions in one of whose branches the inner one begins but does not end. */
export function left(inner: Region, regions: readonly Region[]): readonly Region[] {
  return regions.filter((outer) => {
    const home = outer.branches.find((branch) => branch.has(inner.node));
    return home !== undefined && inner.branches.some((branch) => [...branch].some((id) => !home.has(id)));
  });
}

function repeated(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const set of sets) {
    for (const id of set) {
      if (seen.has(id)) twice.add(id);
      seen.add(id);
    }
  }
  return twice;
}

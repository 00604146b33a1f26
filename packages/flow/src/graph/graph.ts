import type { FlowDefinition, FlowEdge, FlowNode } from '../definition.ts';

/** A definition with its nodes and edges indexed. Edges to nodes that do not exist are left out. */
export interface Graph {
  readonly definition: FlowDefinition;
  readonly nodes: ReadonlyMap<string, FlowNode>;
  readonly edges: readonly FlowEdge[];
  /** Edges out of a node, in their order. */
  from(id: string): readonly FlowEdge[];
  /** Edges into a node. */
  to(id: string): readonly FlowEdge[];
  /** Nodes inside a loop or service. */
  inside(id: string): readonly FlowNode[];
  kindOf(id: string): FlowNode['kind'] | undefined;
}

export function graphOf(definition: FlowDefinition): Graph {
  const nodes = new Map(definition.nodes.map((node) => [node.id, node]));
  const edges = definition.edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to));
  const from = Map.groupBy(edges, (edge) => edge.from);
  const to = Map.groupBy(edges, (edge) => edge.to);
  const inside = Map.groupBy(definition.nodes, parentOf);
  return {
    definition,
    nodes,
    edges,
    from: (id) => from.get(id) ?? [],
    to: (id) => to.get(id) ?? [],
    inside: (id) => inside.get(id) ?? [],
    kindOf: (id) => nodes.get(id)?.kind,
  };
}

export const parentOf = (node: FlowNode): string | undefined => ('parent' in node ? node.parent : undefined);

/** The nodes themselves and all nodes that paths from them lead to; paths end before `without`. */
export function reach(graph: Graph, from: Iterable<string>, without?: string): ReadonlySet<string> {
  const seen = new Set([...from].filter((id) => id !== without));
  for (const id of seen) for (const { to } of graph.from(id)) if (to !== without) seen.add(to);
  return seen;
}

/** Edges that close a cycle. Without any, the graph is acyclic. */
export function closingEdges(graph: Graph): readonly FlowEdge[] {
  const closing: FlowEdge[] = [];
  const left = new Set<string>();
  const entered = new Set<string>();
  for (const start of graph.nodes.keys()) {
    if (entered.has(start)) continue;
    entered.add(start);
    const path = [{ id: start, next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = graph.from(top.id)[top.next++];
      if (edge === undefined) {
        left.add(top.id);
        path.pop();
      } else if (!entered.has(edge.to)) {
        entered.add(edge.to);
        path.push({ id: edge.to, next: 0 });
      } else if (!left.has(edge.to)) closing.push(edge);
    }
  }
  return closing;
}

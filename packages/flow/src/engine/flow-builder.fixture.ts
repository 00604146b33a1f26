import type { FlowDefinition, FlowEdge, FlowNode } from '../definition.ts';

type Branch = NonNullable<FlowEdge['branch']>;

/**
 * A flow from lists of nodes and edges: `'a -> b'`, `'c -> d: $.n > 1'`, `'c -> e: default'`. It has a start node,
 * and functions need only an id.
 */
export function flowOf(
  nodes: readonly (Partial<FlowNode> & { readonly id: string })[],
  lines: readonly string[],
  rest: Partial<FlowDefinition> = {},
): FlowDefinition {
  return {
    name: 'flow',
    mode: 'NORMAL',
    merge_parameters: false,
    constants: {},
    triggers: [],
    nodes: [{ id: 'start', name: 'start', kind: 'start' }, ...nodes.map(nodeOf)],
    edges: lines.map(edgeOf),
    ...rest,
  };
}

const DEFAULTS: { readonly [kind: string]: object } = {
  function: { function: 'f', parameters: [] },
  subflow: { flow: 'child', wait: true },
  parallel: { completion: 'all', result_path: 'result' },
  loop: { array_path: '$.list', item_name: 'item', result_path: 'out', concurrency: 0, interval_seconds: 0 },
  service: { action_mode: 'sequential' },
  error: { retries: [] },
};

function nodeOf(node: Partial<FlowNode> & { readonly id: string }): FlowNode {
  const kind = node.kind ?? 'function';
  return { name: node.id, kind, ...DEFAULTS[kind], ...node } as FlowNode;
}

function edgeOf(line: string): FlowEdge {
  const [, from = '', to = '', label] = /^(\S+) -> ([^\s:]+)(?:: (.*))?$/.exec(line) ?? [];
  if (label === undefined) return { from, to };
  const branch: Branch = label === 'default' ? { kind: 'default' } : { kind: 'condition', expression: label };
  return { from, to, branch };
}

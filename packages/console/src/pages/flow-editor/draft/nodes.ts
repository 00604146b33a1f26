import type { FlowNode, NodeKind } from '@funcgraph/flow';

/** The settings that a new node begins with; empty texts are still to be filled in. */
const SETTINGS: { readonly [K in NodeKind]: Omit<Extract<FlowNode, { kind: K }>, 'id' | 'name' | 'kind'> } = {
  start: {},
  end: {},
  function: { function: '', parameters: [] },
  subflow: { flow: '', wait: true },
  parallel: { completion: 'all', result_path: 'result' },
  condition: {},
  error: { retries: [] },
  loop: { array_path: '', item_name: 'item', result_path: '$.result', concurrency: 0, interval_seconds: 0 },
  wait: { seconds: 1000 },
  service: { action_mode: 'sequential' },
};

export const NODE_KINDS = Object.keys(SETTINGS) as readonly NodeKind[];

/** A node of a kind, with an id that no other has. `word` is the kind's name in the language of the person. */
export function newNode(kind: NodeKind, taken: readonly FlowNode[], word: string): FlowNode {
  const ids = new Set(taken.map(({ id }) => id));
  let number = taken.filter((node) => node.kind === kind).length + 1;
  while (ids.has(`${kind}-${number}`)) number++;
  const name = kind === 'start' || kind === 'end' ? word : `${word} ${number}`;
  return { id: `${kind}-${number}`, name, kind, ...SETTINGS[kind] } as FlowNode;
}

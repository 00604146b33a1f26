import type { FlowDefinition } from '@funcgraph/flow';
import { newNode } from './nodes.ts';

/** What a person begins to draw with. The name is given when it is saved first. */
export const newFlow = (mode: FlowDefinition['mode'], startWord: string): FlowDefinition => ({
  name: '',
  mode,
  ...(mode === 'EXPRESS' ? { log_level: 'ALL' } : {}),
  merge_parameters: false,
  constants: {},
  triggers: [],
  nodes: [{ ...newNode('start', [], startWord), position: { x: 0, y: 0 } }],
  edges: [],
});

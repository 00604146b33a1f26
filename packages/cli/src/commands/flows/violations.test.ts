import { expect, it } from 'vitest';
import { refuseViolations } from './violations.ts';

const NODES = [
  { id: 'start', name: 'Start', kind: 'start' },
  { id: 'pause', name: 'Pause', kind: 'wait', seconds: 1 },
];

it('refuses a flow with the place and the rule of each fault, and says nothing about a valid one', () => {
  const flow = { name: 'f', nodes: NODES, edges: [{ from: 'start', to: 'pause' }] };
  refuseViolations('f.yaml', flow);
  const wrong = { ...flow, colour: 1, edges: [{ from: 'start', to: 'pause', when: 'x' }] };
  expect(() => refuseViolations('f.yaml', wrong)).toThrow(
    /^f.yaml is no valid flow:\n {2}colour {2}S-03 {2}Is not a known field. Known: name, .*\n {2}start → pause .*when {2}S-03 {2}/,
  );
});

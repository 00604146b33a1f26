import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import { expect, it } from 'vitest';
import { nameTargets } from './name-targets.ts';

const PLACE = { region: 'r1', projectId: 'p1' };
const FN = 'urn:fss:r1:p1:function';

function resolved(node: object): FlowNode | undefined {
  const definition = { name: 'f', nodes: [{ id: 'n', name: 'n', ...node }], edges: [] } as unknown as FlowDefinition;
  return nameTargets(definition, PLACE).nodes[0];
}

it.each([
  ['hello', `${FN}:default:hello:latest`],
  ['shop/hello', `${FN}:shop:hello:latest`],
  ['hello:v1', `${FN}:default:hello:v1`],
  ['shop/hello:!live', `${FN}:shop:hello:!live`],
  [`${FN}:default:hello`, `${FN}:default:hello`],
  ['urn:fss:r2:p2:function:default:hello:1', 'urn:fss:r2:p2:function:default:hello:1'],
  ['not a name', 'not a name'],
  ['a/b/c', 'a/b/c'],
  ['x'.repeat(200), 'x'.repeat(200)],
])('reads the function %s as %s', (text, urn) => {
  expect(resolved({ kind: 'function', function: text, parameters: [] })).toMatchObject({ function: urn });
});

it.each([
  ['order', 'urn:fss:r1:p1:workflow:default:order:latest'],
  ['订单(1)', 'urn:fss:r1:p1:workflow:default:订单(1):latest'],
  ['urn:fss:r1:p1:workflow:default:order:latest', 'urn:fss:r1:p1:workflow:default:order:latest'],
  ['a flow', 'a flow'],
])('reads the flow %s as %s', (text, urn) => {
  expect(resolved({ kind: 'subflow', flow: text, wait: true })).toMatchObject({ flow: urn });
});

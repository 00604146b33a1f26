import type { DecodedBody, Routes } from '@funcgraph/api';
import { type FlowDefinition, readDefinition, readVendor, violationOf } from '@funcgraph/flow';
import { invalidFlow } from '../../../flows/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';

type Body = DecodedBody<Routes['createWorkflow']>;

/** Reads the definition of a body: our graph, or the states of the API. Throws `invalid_flow`, `invalid_request`. */
export function readDefinitionBody({ graph, ...states }: Body): FlowDefinition {
  const result = graph === undefined ? readVendor(states) : readDefinition(graph);
  if (graph !== undefined) refuseStates(states, graph.name);
  if (!result.ok) throw invalidFlow(result.problems.map(violationOf));
  return result.definition;
}

function refuseStates({ name, ...states }: Omit<Body, 'graph'>, graphName: unknown): void {
  const given = Object.entries(states).find(([, value]) => value !== undefined)?.[0];
  if (given === undefined && (name === undefined || name === graphName)) return;
  throw new PlatformError('invalid_request', `graph and ${given ?? 'another name'} exclude each other`, {
    hint: 'Send the definition as graph, or as states, not both.',
  });
}

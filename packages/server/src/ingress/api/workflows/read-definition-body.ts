import type { DecodedBody, Routes } from '@funcgraph/api';
import { type FlowDefinition, readDefinition } from '@funcgraph/flow';
import { invalidFlow, violationOf } from '../../../flows/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';

type Body = DecodedBody<Routes['createWorkflow']>;

/** Reads the definition of a body, as a graph. Throws `invalid_flow`, `invalid_request`. */
export function readDefinitionBody({ graph, ...states }: Body): FlowDefinition {
  if (graph === undefined) throw new PlatformError('invalid_request', 'graph is missing');
  const given = Object.entries(states).filter(([, value]) => value !== undefined);
  const other = given.find(([field]) => field !== 'name');
  if (other !== undefined || (states.name ?? graph.name) !== graph.name) {
    throw new PlatformError('invalid_request', `graph and ${other?.[0] ?? 'another name'} exclude each other`, {
      hint: 'Send the definition as graph, or as states, not both.',
    });
  }
  const result = readDefinition(graph);
  if (!result.ok) throw invalidFlow(result.problems.map(violationOf));
  return result.definition;
}

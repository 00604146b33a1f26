import { formatFlowUrn, formatUrn, parseFlowUrn, parseQualifier, parseUrn } from '@funcgraph/api';
import type { FlowDefinition, FlowNode } from '@funcgraph/flow';

export interface Place {
  readonly region: string;
  readonly projectId: string;
}

/** `hello`, `shop/hello`, `hello:v1`, `shop/hello:!live`. */
const FUNCTION_NAME = /^(?:([\w.-]+)\/)?([\w.-]+)(?::(!?[\w.-]+))?$/;

/**
 * The definition with URNs in place of names of functions and flows, in the project of the flow. Text that is neither
 * stays as it is, for the check to report.
 */
export function nameTargets(definition: FlowDefinition, place: Place): FlowDefinition {
  return { ...definition, nodes: definition.nodes.map((node) => named(node, place)) };
}

function named(node: FlowNode, place: Place): FlowNode {
  if (node.kind === 'function') return { ...node, function: functionUrnOf(node.function, place) };
  if (node.kind === 'subflow') return { ...node, flow: flowUrnOf(node.flow, place) };
  return node;
}

function functionUrnOf(text: string, { region, projectId }: Place): string {
  if (parseUrn(text) !== undefined) return text;
  const [, pkg = 'default', name = '', qualifier = 'latest'] = FUNCTION_NAME.exec(text) ?? [];
  if (name === '') return text;
  const urn = formatUrn({ region, projectId, package: pkg, name, qualifier: parseQualifier(qualifier) });
  return parseUrn(urn) === undefined ? text : urn;
}

function flowUrnOf(text: string, place: Place): string {
  if (parseFlowUrn(text) !== undefined) return text;
  const urn = formatFlowUrn({ ...place, name: text });
  return parseFlowUrn(urn) === undefined ? text : urn;
}

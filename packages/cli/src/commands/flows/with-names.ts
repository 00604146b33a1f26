import { formatQualifier, parseFlowUrn, parseUrn } from '@funcgraph/api';

/** The graph with names in place of URNs of its project, so that it can be deployed to another one. */
export function withNames(graph: Record<string, unknown>, projectId: string): Record<string, unknown> {
  const nodes = graph.nodes as readonly Record<string, unknown>[];
  return { ...graph, nodes: nodes.map((node) => named(node, projectId)) };
}

function named(node: Record<string, unknown>, projectId: string): Record<string, unknown> {
  const { kind, function: fn, flow } = node;
  if (kind === 'function') return { ...node, function: functionName(String(fn), projectId) };
  if (kind !== 'subflow') return node;
  const urn = parseFlowUrn(String(flow));
  return urn?.projectId === projectId ? { ...node, flow: urn.name } : node;
}

function functionName(text: string, projectId: string): string {
  const urn = parseUrn(text);
  if (urn?.projectId !== projectId) return text;
  const { package: pkg, name, qualifier } = urn;
  const version = qualifier === undefined ? 'latest' : formatQualifier(qualifier);
  return `${pkg === 'default' ? '' : `${pkg}/`}${name}${version === 'latest' ? '' : `:${version}`}`;
}

import type { Filters, FlowDefinition, FlowNode, FlowParameter } from '../definition.ts';
import {
  type CompiledExpression,
  type CompiledFilter,
  type CompiledPath,
  compileExpression,
  compileFilter,
  compilePath,
  compileValue,
} from '../expressions/compile.ts';
import { graphOf } from '../graph/graph.ts';
import { regionOf } from '../graph/regions.ts';
import type { Json, JsonObject } from '../json/json.ts';

/** A definition with its texts compiled and its edges resolved. */
export interface Plan {
  readonly constants: JsonObject;
  /** The first node after the start node. */
  readonly first: string;
  readonly nodes: ReadonlyMap<string, PlanNode>;
}

export interface PlanNode {
  readonly node: FlowNode;
  /** Where the edge that is no error handling leads; of a parallel node its join. */
  readonly next: string | null;
  readonly input: CompiledFilter | null;
  readonly output: CompiledFilter | null;
  readonly parameters: readonly PlanParameter[];
  /** The error node of this node. */
  readonly guard: Guard | null;
  /** Edges of a condition node in order, the default last. */
  readonly choices: readonly Choice[];
  /** First nodes of the branches of a parallel node, in the order of the edges. */
  readonly branches: readonly string[];
  /** Where the branches of a parallel node meet; null when they end for themselves or at a join further out. */
  readonly join: string | null;
  /** Functions of a service node in order. */
  readonly actions: readonly string[];
  /** First node inside a loop. */
  readonly first: string | null;
  /** `array_path` of a loop, `until` of a wait node. */
  readonly path: CompiledPath | null;
}

interface PlanParameter {
  readonly key: string;
  readonly value: CompiledFilter;
  readonly fallback: Json | undefined;
}

export interface Choice {
  readonly to: string;
  /** Null for the default. */
  readonly holds: CompiledExpression | null;
}

export interface Guard {
  readonly id: string;
  readonly rules: readonly {
    readonly holds: CompiledExpression | null;
    readonly interval_ms: number;
    readonly max_retries: number;
  }[];
  readonly choices: readonly Choice[];
}

/** The definition must have passed the rules. Throws `ExpressionError` for a text that does not compile. */
export function compile(definition: FlowDefinition): Plan {
  const graph = graphOf(definition);
  const successors = group(definition.edges, (edge) => edge.from);
  const children = group(definition.nodes, (node) => ('parent' in node ? node.parent : undefined));
  const entered = new Set(definition.edges.map((edge) => edge.to));
  const byId = new Map(definition.nodes.map((node) => [node.id, node]));

  const choicesOf = (id: string): Choice[] => {
    const choices = (successors.get(id) ?? []).map(({ to, branch }) => ({
      to,
      holds: branch?.kind === 'condition' ? compileExpression(branch.expression) : null,
    }));
    return [...choices.filter(({ holds }) => holds), ...choices.filter(({ holds }) => !holds)];
  };

  const guardOf = (targets: readonly string[]): Guard | null => {
    for (const target of targets) {
      const node = byId.get(target);
      if (node?.kind !== 'error') continue;
      const rules = node.retries.map((rule) => ({
        holds: rule.condition === undefined ? null : compileExpression(rule.condition),
        interval_ms: rule.interval_seconds * 1000,
        max_retries: rule.max_retries,
      }));
      return { id: target, rules, choices: choicesOf(target) };
    }
    return null;
  };

  const planNode = (node: FlowNode): PlanNode => {
    const targets = (successors.get(node.id) ?? []).map((edge) => edge.to);
    const filters = node as Filters;
    const inner = children.get(node.id)?.map((child) => child.id) ?? [];
    const heads = inner.filter((id) => !entered.has(id));
    const join = node.kind === 'parallel' ? (regionOf(graph, node.id).join ?? null) : null;
    return {
      node,
      next: node.kind === 'parallel' ? join : (targets.find((target) => byId.get(target)?.kind !== 'error') ?? null),
      input: filters.input_filter === undefined ? null : compileFilter(filters.input_filter),
      output: filters.output_filter === undefined ? null : compileFilter(filters.output_filter),
      parameters: node.kind === 'function' ? node.parameters.map((one) => parameterOf(one)) : [],
      guard: guardOf(targets),
      choices: node.kind === 'condition' ? choicesOf(node.id) : [],
      branches: node.kind === 'parallel' ? targets : [],
      join,
      actions: node.kind === 'service' ? inLinkOrder(inner, heads, successors) : [],
      first: node.kind === 'loop' ? (heads[0] ?? null) : null,
      path: pathOf(node),
    };
  };

  const start = definition.nodes.find((node) => node.kind === 'start');
  const first = start && successors.get(start.id)?.[0]?.to;
  if (first === undefined) throw new Error('a definition without a first node was compiled');
  return {
    constants: definition.constants,
    first,
    nodes: new Map(definition.nodes.map((node) => [node.id, planNode(node)])),
  };
}

function parameterOf({ key, value, default: fallback }: FlowParameter): PlanParameter {
  return { key, value: compileValue(value), fallback };
}

function pathOf(node: FlowNode): CompiledPath | null {
  if (node.kind === 'loop') return compilePath(node.array_path);
  return node.kind === 'wait' && node.until !== undefined ? compilePath(node.until) : null;
}

/** Along the edges from the first action; actions without an edge keep their place in the definition. */
function inLinkOrder(
  actions: readonly string[],
  heads: readonly string[],
  successors: ReadonlyMap<string, readonly { to: string }[]>,
): string[] {
  const order = new Set<string>();
  const visit = (id: string): void => {
    if (!actions.includes(id) || order.has(id)) return;
    order.add(id);
    for (const { to } of successors.get(id) ?? []) visit(to);
  };
  for (const id of [...heads, ...actions]) visit(id);
  return [...order];
}

function group<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const existing = groups.get(key);
    if (existing) existing.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The keys at which results are put: `$.a.b` is a path, anything else one key. */
export function resultKeys(path: string): readonly string[] {
  return path.startsWith('$.') ? path.slice(2).split('.') : [path];
}

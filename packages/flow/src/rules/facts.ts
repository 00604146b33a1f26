import type { FlowDefinition, FunctionNode, SubflowNode } from '../definition.ts';
import { type Problem, problem, rules } from '../problems/problem.ts';

const RULES = rules('facts', {
  function_exists: ['F-14', 'The function {function} does not exist.', '函数 {function} 不存在。'],
  function_denied: ['X-13', 'You may not call the function {function}.', '没有调用函数 {function} 的权限。'],
  stream: [
    'F-17',
    'Only Go functions stream their answer; {function} runs on {runtime}.',
    '只有 Go 函数支持流式返回，{function} 的运行时为 {runtime}。',
  ],
  flow_exists: ['F-80', 'The flow {flow} does not exist.', '函数流 {flow} 不存在。'],
  flow_denied: ['X-14', 'You may not start the flow {flow}.', '没有启动函数流 {flow} 的权限。'],
  cycle: [
    'X-12',
    'The flow {flow} starts this flow, directly or by others.',
    '函数流 {flow} 会直接或间接启动当前函数流。',
  ],
  depth: ['X-15', 'Sub-flows stand at most {max} deep.', '子流程最多嵌套 {max} 层。'],
  express_waits: [
    'X-25',
    'An express flow cannot wait for the standard flow {flow}.',
    '快速函数流不能等待标准函数流 {flow}。',
  ],
});

export const MAX_SUBFLOW_DEPTH = 16;

export interface FunctionFacts {
  readonly runtime: string;
  /** Whether the caller may invoke it. */
  readonly callable: boolean;
}

export interface FlowFacts {
  readonly mode: FlowDefinition['mode'];
  /** Whether the caller may start it. */
  readonly startable: boolean;
  /** Levels of sub-flows below it; 0 without any. */
  readonly depth: number;
  /** Whether it starts the checked flow, directly or by others. */
  readonly startsThis: boolean;
}

/** What only the caller knows, by what the nodes name. What is missing in a map does not exist. */
export interface Facts {
  readonly functions: ReadonlyMap<string, FunctionFacts>;
  readonly flows: ReadonlyMap<string, FlowFacts>;
}

/** The functions and flows that a definition names, for `Facts`. */
export function referencesOf({ nodes }: FlowDefinition): {
  readonly functions: ReadonlySet<string>;
  readonly flows: ReadonlySet<string>;
} {
  return {
    functions: new Set(nodes.flatMap((node) => (node.kind === 'function' ? [node.function] : []))),
    flows: new Set(nodes.flatMap((node) => (node.kind === 'subflow' ? [node.flow] : []))),
  };
}

export function* checkFacts(definition: FlowDefinition, facts: Facts): Generator<Problem> {
  for (const node of definition.nodes) {
    if (node.kind === 'function') yield* checkFunction(node, facts.functions.get(node.function));
    if (node.kind === 'subflow') yield* checkSubflow(node, definition.mode, facts.flows.get(node.flow));
  }
}

function* checkFunction(node: FunctionNode, facts: FunctionFacts | undefined): Generator<Problem> {
  const place = { node: node.id, field: 'function' };
  const named = { function: node.function };
  if (facts === undefined) yield problem(RULES.function_exists, place, named);
  else if (!facts.callable) yield problem(RULES.function_denied, place, named);
  else if (node.stream === true && !facts.runtime.startsWith('Go')) {
    yield problem(RULES.stream, { node: node.id, field: 'stream' }, { ...named, runtime: facts.runtime });
  }
}

function* checkSubflow(
  node: SubflowNode,
  mode: FlowDefinition['mode'],
  facts: FlowFacts | undefined,
): Generator<Problem> {
  const place = { node: node.id, field: 'flow' };
  const named = { flow: node.flow };
  if (facts === undefined) {
    yield problem(RULES.flow_exists, place, named);
    return;
  }
  if (!facts.startable) yield problem(RULES.flow_denied, place, named);
  if (facts.startsThis) yield problem(RULES.cycle, place, named);
  else if (facts.depth + 1 > MAX_SUBFLOW_DEPTH) yield problem(RULES.depth, place, { max: MAX_SUBFLOW_DEPTH });
  if (mode === 'EXPRESS' && node.wait && facts.mode === 'NORMAL') yield problem(RULES.express_waits, place, named);
}

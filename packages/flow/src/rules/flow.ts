import type { FlowDefinition, FlowEdge } from '../definition.ts';
import { compileExpression } from '../expressions/compile.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { checkText } from '../nodes/check-texts.ts';
import { type Problem, problem, rules } from '../problems/problem.ts';

const RULES = rules('flow', {
  triggers: [
    'F-10',
    'A flow has at most {max} triggers, not {count}.',
    '函数流最多有 {max} 个触发器，当前为 {count} 个。',
  ],
  functions: [
    'F-11',
    'A flow has at most {max} function nodes, not {count}.',
    '函数流最多有 {max} 个函数节点，当前为 {count} 个。',
  ],
  log_level: ['F-100', 'An express flow needs a log level.', '快速函数流必须设置日志级别。'],
  express_timeout: ['X-25', 'An express flow runs for at most {max} seconds.', '快速函数流最长运行 {max} 秒。'],
  express_wait: [
    'X-25',
    'In an express flow a wait node waits for at most {max} seconds.',
    '快速函数流中最多等待 {max} 秒。',
  ],
  express_callback: ['X-25', 'An express flow cannot wait for a callback.', '快速函数流不能等待回调。'],
});

/** Rules about the flow as a whole and the expressions on its lines. */
export function* checkFlow(definition: FlowDefinition): Generator<Problem> {
  const { triggers, nodes, edges, mode } = definition;
  if (triggers.length > FLOW_LIMITS.triggers) {
    yield problem(RULES.triggers, { field: 'triggers' }, { max: FLOW_LIMITS.triggers, count: triggers.length });
  }
  const functions = nodes.filter(({ kind }) => kind === 'function').length;
  if (functions > FLOW_LIMITS.functionNodes) {
    yield problem(RULES.functions, {}, { max: FLOW_LIMITS.functionNodes, count: functions });
  }
  if (mode === 'EXPRESS') yield* checkExpress(definition);
  for (const edge of edges) yield* checkCondition(edge);
}

function* checkExpress({ log_level, timeout_seconds = 0, nodes }: FlowDefinition): Generator<Problem> {
  const max = FLOW_LIMITS.expressSeconds;
  if (log_level === undefined) yield problem(RULES.log_level, { field: 'log_level' });
  if (timeout_seconds > max) yield problem(RULES.express_timeout, { field: 'timeout_seconds' }, { max });
  for (const node of nodes) {
    if (node.kind !== 'wait') continue;
    const { id, seconds = 0, callback } = node;
    if (seconds > max) yield problem(RULES.express_wait, { node: id, field: 'seconds' }, { max });
    if (callback !== undefined) yield problem(RULES.express_callback, { node: id, field: 'callback' });
  }
}

function* checkCondition({ from, to, branch }: FlowEdge): Generator<Problem> {
  if (branch?.kind !== 'condition') return;
  const place = { edge: { from, to }, field: 'branch.expression' };
  yield* checkText(place, () => compileExpression(branch.expression));
}

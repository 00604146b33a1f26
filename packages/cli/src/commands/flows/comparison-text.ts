import type { CallOutput } from '@funcgraph/api';
import { tableText } from '../../framework/index.ts';
import { signOf } from './run-sign.ts';

type Comparison = CallOutput<'compareWorkflowExecutions'>['data'];
type Execution = Comparison['executions'][number];
type Side = NonNullable<Execution['first']>;

/** The runs, then how their definitions differ, then the attempts of nodes that differ. */
export function comparisonText(data: Comparison): string {
  return [runsText(data), definitionText(data.definition), executionsText(data)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function runsText({ runs, differs }: Comparison): string {
  const rows = runs.map(({ workflow_urn, execution_id, status, begin_time, duration_ms }, at) => ({
    which: at === 0 ? 'first' : 'second',
    flow: workflow_urn.split(':').at(-2),
    execution_id,
    status: `${signOf(status)} ${status}`,
    begin_time,
    took: duration_ms === undefined ? undefined : `${duration_ms} ms`,
  }));
  const columns = {
    which: '',
    flow: 'FLOW',
    execution_id: 'RUN',
    status: 'STATUS',
    begin_time: 'BEGAN',
    took: { title: 'TOOK', align: 'right' as const },
  };
  const words = { status: 'status', input: 'input', output: 'output', error: 'error', merge: 'merging of parameters' };
  const which =
    differs.length === 0 ? 'the same status, input and output' : differs.map((part) => words[part]).join(', ');
  return `${tableText(columns, rows)}\n${differs.length === 0 ? '' : 'different: '}${which}`;
}

function definitionText({ settings, nodes, edges }: Comparison['definition']): string {
  const lines = [
    ...settings.flatMap((change) => fieldLines('flow', change)),
    ...nodes.flatMap(({ node, change, fields }) =>
      change === 'changed' ? fields.flatMap((field) => fieldLines(`node ${node}`, field)) : [`node ${node}: ${change}`],
    ),
    ...edges.map(({ from, to, change }) => `edge ${from} → ${to}: ${change}`),
  ];
  return lines.length === 0 ? '' : ['the definitions differ:', ...lines.map((line) => `  ${line}`)].join('\n');
}

function fieldLines(of: string, { field, first, second }: Comparison['definition']['settings'][number]): string[] {
  const text = (value: unknown): string => (value === undefined ? '-' : JSON.stringify(value));
  const values = first === undefined && second === undefined ? '' : `: ${text(first)} → ${text(second)}`;
  return [`${of}, ${field}${values}`];
}

function executionsText({ executions, same, left_out, first_only, second_only, different }: Comparison): string {
  const counts = [
    `attempts of nodes: ${same} the same, ${different} different`,
    ...(first_only + second_only === 0
      ? []
      : [`${first_only} only in the first run, ${second_only} only in the second`]),
    ...(left_out === 0 ? [] : [`${left_out} not shown`]),
  ].join('; ');
  if (executions.length === 0) return counts;
  const rows = executions.map((each) => ({
    node: placeText(each),
    attempt: each.attempt,
    differs: differsText(each),
    first: sideText(each.first),
    second: sideText(each.second),
  }));
  const columns = { node: 'NODE', attempt: 'ATTEMPT', differs: 'DIFFERENT', first: 'FIRST', second: 'SECOND' };
  return `${tableText(columns, rows)}\n${counts}`;
}

/** `each[2] square`: the third iteration of a loop. */
function placeText({ node, inside }: Execution): string {
  const around = inside.map((one) => `${one.node}${one.index === undefined ? '' : `[${one.index}]`} `);
  return `${around.join('')}${node}`;
}

const ASPECT_WORDS = { target: 'version', to: 'edge' } as const;

function differsText({ differs, first, second }: Execution): string {
  if (first === undefined) return 'only in the second';
  if (second === undefined) return 'only in the first';
  return differs.map((aspect) => (aspect in ASPECT_WORDS ? ASPECT_WORDS[aspect as 'to'] : aspect)).join(', ');
}

function sideText(side: Side | undefined): string | undefined {
  if (side === undefined) return undefined;
  const { status, duration_ms, to, error } = side;
  return [
    `${signOf(status)} ${status}`,
    ...(duration_ms === undefined ? [] : [`${duration_ms} ms`]),
    ...(to === undefined ? [] : [`→ ${to}`]),
    ...(error === undefined ? [] : [`${error.error_code}: ${error.error_message.slice(0, 80)}`]),
  ].join(' ');
}

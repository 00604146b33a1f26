import type { FlowDefinition, NodeTry, RunHistory } from '@funcgraph/flow';
import type { LogLine } from '../../../telemetry/index.ts';
import type { FlowRunStatus } from '../../types.ts';
import { shownText, shownValue } from './shown-value.ts';

export type RunLine = Pick<LogLine, 'time' | 'level' | 'message'>;

/** Of one run. The bytes leave room for its first and last line. */
export const RUN_LINES = { nodes: 200, nodeBytes: 56 * 1024, bytes: 64 * 1024 } as const;

type Level = NonNullable<FlowDefinition['log_level']>;
type End = NonNullable<RunHistory['end']>;

/** Whether a run with this end has log lines. */
export function isLogged(level: Level, status: End['status']): boolean {
  return level === 'ALL' || (level === 'ERROR' && (status === 'fail' || status === 'timeout'));
}

/**
 * The log lines of an express run that has ended, in order of time. `ALL`: its start, each try of its nodes, its end.
 * `ERROR`: the same of a run that failed or timed out, with the tries that failed or that the timeout ended. Tries beyond
 * the limits are counted in the last line; those that failed come first.
 */
export function runLines(
  { started, end, output, tries }: Pick<RunHistory, 'started' | 'end' | 'output' | 'tries'>,
  { nodes, log_level: level = 'NONE' }: Pick<FlowDefinition, 'nodes' | 'log_level'>,
): RunLine[] {
  if (started === undefined || end === undefined || !isLogged(level, end.status)) return [];
  const { status } = end;
  const isFailure = (each: NodeTry): boolean =>
    each.status === 'fail' || (status === 'timeout' && each.status === 'cancel');
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const shown = level === 'ERROR' ? tries.filter(isFailure) : tries;
  const byUrgency = [...shown.filter(isFailure), ...shown.filter((each) => !isFailure(each))];
  const fit = fitting(byUrgency, (each) => nodeLine(each, names.get(each.node) ?? ''));
  const left = shown.length - fit.size;
  const inOrder = shown.flatMap((each) => fit.get(each) ?? []).sort((a, b) => a.time - b.time);
  return [
    { time: started.at, level: 'INFO', message: `run started, input ${shownValue(started.input)}` },
    ...inOrder,
    {
      time: end.at,
      level: levelOf(status),
      message: [
        `run ${status} in ${end.at - started.at} ms`,
        ...(status === 'success' && output !== undefined ? [`output ${shownValue(output)}`] : []),
        ...(end.error === undefined ? [] : [errorPart(end.error.error_code, end.error.error_message)]),
        ...(left === 0 ? [] : [`${left} more tries of nodes are not logged`]),
      ].join(', '),
    },
  ];
}

/** The lines of as many tries as the limits of a run allow. */
function fitting(tries: readonly NodeTry[], lineOf: (each: NodeTry) => RunLine): Map<NodeTry, RunLine> {
  const lines = new Map<NodeTry, RunLine>();
  let bytes = 0;
  for (const each of tries) {
    if (lines.size === RUN_LINES.nodes) break;
    const line = lineOf(each);
    bytes += Buffer.byteLength(line.message);
    if (bytes > RUN_LINES.nodeBytes) break;
    lines.set(each, line);
  }
  return lines;
}

function nodeLine(each: NodeTry, name: string): RunLine {
  const { node, status, startedAt, endedAt = startedAt, input, output, error, requestId } = each;
  const shownName = name === '' || name === node ? '' : ` (${shownText(name)})`;
  const parts = [
    `node ${node}${shownName} ${status} in ${endedAt - startedAt} ms`,
    `input ${shownValue(input)}`,
    ...(output === undefined ? [] : [`output ${shownValue(output)}`]),
    ...(error === undefined ? [] : [errorPart(error.code, error.message)]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ];
  return { time: endedAt, level: levelOf(status), message: parts.join(', ') };
}

function levelOf(status: FlowRunStatus): LogLine['level'] {
  if (status === 'success') return 'INFO';
  return status === 'cancel' ? 'WARN' : 'ERROR';
}

/** Quoted, so that a message with line breaks remains one line. */
function errorPart(code: string, message: string): string {
  return `error ${shownText(code)} ${shownText(JSON.stringify(message))}`;
}

import { setImmediate as pause } from 'node:timers/promises';
import { compareDefinitions, compareTries, type FlowDefinition, type NodeTry, type RunHistory } from '@funcgraph/flow';
import type { ComparedExecution, FlowRunComparison } from '../../types.ts';
import type { RunRow } from '../store/run-rows.ts';
import { toFlowRun } from './listed-run.ts';
import type { RunReader } from './run-reader.ts';
import { ValueDigests } from './value-digest.ts';

/** Executions in one answer; the others are counted. */
const MOST_EXECUTIONS = 1000;
/** Other work goes on between so many digests. */
const AT_ONCE = 500;

type Rows = readonly [RunRow, RunRow];

/** Compares what is stored of two runs. */
export async function compareRuns(
  reader: Pick<RunReader, 'history' | 'definition'>,
  rows: Rows,
  all: boolean,
): Promise<FlowRunComparison> {
  const digests = new ValueDigests();
  const [first, second] = [await recorded(reader, rows[0], digests), await recorded(reader, rows[1], digests)] as const;
  const compared = compareTries(first.executions, second.executions);
  const both = compared.filter((each) => each.first && each.second);
  const different = both.filter(({ differs }) => differs.length > 0).length;
  const names = new Map(
    [...first.definition.nodes, ...second.definition.nodes].map(({ id, name }) => [id, name] as const),
  );
  const listed = all ? compared : compared.filter((each) => !each.first || !each.second || each.differs.length > 0);
  const executions = listed
    .slice(0, MOST_EXECUTIONS)
    .map((each) => ({ ...each, nodeName: names.get(each.node) ?? each.node }));
  return {
    runs: [toFlowRun(rows[0]), toFlowRun(rows[1])],
    definition: compareDefinitions(first.definition, second.definition),
    differs: (['status', 'input', 'output', 'error', 'merge'] as const).filter(
      (part) => first.whole[part] !== second.whole[part],
    ),
    same: both.length - different,
    different,
    firstOnly: compared.filter((each) => !each.second).length,
    secondOnly: compared.filter((each) => !each.first).length,
    executions,
    leftOut: listed.length - executions.length,
  };
}

interface Recorded {
  readonly definition: FlowDefinition;
  readonly executions: readonly ComparedExecution[];
  readonly whole: Readonly<Record<'status' | 'input' | 'output' | 'error' | 'merge', string | boolean | undefined>>;
}

async function recorded(
  reader: Pick<RunReader, 'history' | 'definition'>,
  row: RunRow,
  digests: ValueDigests,
): Promise<Recorded> {
  const history = await reader.history(row.run);
  const executions: ComparedExecution[] = [];
  for (const each of history.tries) {
    if (executions.length % AT_ONCE === AT_ONCE - 1) await pause();
    executions.push(executionOf(each, digests));
  }
  return { definition: await reader.definition(row.definition), executions, whole: wholeOf(row, history, digests) };
}

function wholeOf(row: RunRow, { started, end, output }: RunHistory, digests: ValueDigests): Recorded['whole'] {
  const { error, status } = end ?? {};
  return {
    status: toFlowRun(row).status,
    input: started && digests.of(started.input),
    output: status === 'success' && output ? digests.of(output) : undefined,
    error: error && JSON.stringify([error.error_code, error.error_message]),
    merge: started?.merge,
  };
}

function executionOf(each: NodeTry, digests: ValueDigests): ComparedExecution {
  const { node, inside, attempt, status, startedAt, endedAt, output, error, to, target, requestId } = each;
  return {
    node,
    inside,
    attempt,
    status,
    ms: endedAt === undefined ? undefined : endedAt - startedAt,
    input: digests.of(each.input),
    ...(output === undefined ? {} : { output: digests.of(output) }),
    ...(error === undefined ? {} : { error }),
    ...(to === undefined ? {} : { to }),
    ...(target === undefined ? {} : { target }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

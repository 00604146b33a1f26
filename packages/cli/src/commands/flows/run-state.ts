import { setTimeout as delay } from 'node:timers/promises';
import type { CallOutput } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';
import { CliError, EXIT, type ExitCode, type Output } from '../../framework/index.ts';

export type RunDetail = CallOutput<'showWorkflowExecution'>['data'];

export interface RunPlace {
  readonly project_id: string;
  readonly workflow_id: string;
  readonly execution_id: string;
}

const LOOK_AGAIN_MS = 250;
const ENDED: ReadonlySet<string> = new Set(['success', 'fail', 'timeout', 'cancel']);

export const exitCodeOf = (status: string): ExitCode => (status === 'success' ? EXIT.ok : EXIT.functionFailed);

/** The run once it has ended. Throws a `CliError` at the deadline. */
export async function waitForEnd(
  { client }: Connection,
  params: RunPlace,
  { now, deadline, signal }: { readonly now: () => number; readonly deadline: number; readonly signal: AbortSignal },
): Promise<RunDetail> {
  for (;;) {
    const { data } = await client.call('showWorkflowExecution', { params, signal });
    if (ENDED.has(data.status)) return data;
    if (now() >= deadline) {
      throw new CliError(`run ${data.execution_id} is still ${data.status}`, {
        code: 'CLI.TIMEOUT',
        hint: 'It continues. Wait longer with --timeout.',
      });
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

interface Ended {
  readonly execution_id: string;
  readonly status: string;
  readonly output?: unknown;
}

/** The output of a run to standard output as it is, and how it ended to standard error. */
export function endOutput(run: Ended, failure: string): Output {
  const text = run.output === undefined ? '' : `${JSON.stringify(run.output)}\n`;
  const note = [`${run.execution_id}  ${run.status}`, failure].filter((part) => part !== '').join('  ');
  return { kind: 'bytes', bytes: Buffer.from(text), note, data: { ...run }, exitCode: exitCodeOf(run.status) };
}

export function failureOf({ error }: Pick<RunDetail, 'error'>): string {
  return error === undefined ? '' : `${error.error_code}: ${error.error_message}`;
}

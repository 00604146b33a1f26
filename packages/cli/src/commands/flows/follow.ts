import type { CallOutput } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';
import type { Context, StreamItem } from '../../framework/index.ts';
import type { RunPlace } from './run-state.ts';

type Event = CallOutput<'followWorkflowExecution'>['data'];

/** The log of a run to its end, a line for each event. */
export async function* followItems(
  { client }: Connection,
  params: RunPlace,
  { signal }: Context,
): AsyncGenerator<StreamItem> {
  for await (const line of client.stream('followWorkflowExecution', { params, query: {}, signal })) {
    yield { text: eventText(line), data: line };
  }
}

/** Time, event, and its fields that are short. */
export function eventText({ event: { at, type, v: _, ...fields } }: Event): string {
  const time = typeof at === 'number' ? new Date(at).toISOString() : '-';
  const shown = Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [`${name}=${value}`] : [],
  );
  return [time, String(type), ...shown].join('  ');
}

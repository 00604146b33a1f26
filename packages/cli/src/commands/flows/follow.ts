import type { Connection } from '../../connection/index.ts';
import type { Context, StreamItem } from '../../framework/index.ts';
import { EventText } from './event-text.ts';
import type { RunPlace } from './run-state.ts';

/** The log of a run to its end, a line for each event. */
export async function* followItems(
  { client }: Connection,
  params: RunPlace,
  { signal }: Context,
): AsyncGenerator<StreamItem> {
  const texts = new EventText();
  for await (const line of client.stream('followWorkflowExecution', { params, query: {}, signal })) {
    yield { text: texts.line(line.event), data: line };
  }
}

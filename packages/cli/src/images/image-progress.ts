import type { RouteResponse, Routes } from '@funcgraph/api';
import { CliError, type StreamItem } from '../framework/index.ts';

/** The lines of a load or a pull as steps of a command; the last one names the present images. */
export async function* imageProgress(
  lines: AsyncIterable<RouteResponse<Routes['loadImages']>>,
): AsyncGenerator<StreamItem> {
  let isDone = false;
  for await (const line of lines) {
    if (line.error !== undefined) {
      throw new CliError(line.error, {
        code: line.code ?? 'CLI.IMAGE',
        ...(line.hint === undefined ? {} : { hint: line.hint }),
      });
    }
    isDone = line.images !== undefined;
    const loaded = line.images?.map(({ id, names }) => `${names.join(', ')} is ${id.slice(7, 19)}`).join('\n');
    yield { text: loaded ?? line.step, data: { ...line } };
  }
  if (!isDone) {
    throw new CliError('the server ended before the image was stored', { code: 'CLI.IMAGE', hint: 'Look at its log.' });
  }
}

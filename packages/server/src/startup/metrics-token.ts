import { readFile } from 'node:fs/promises';
import { StartupError } from './startup-error.ts';

const MIN_CHARS = 16;

/** The scrape token in a file, without blanks around it. Rejects with `StartupError` when there is none of some length. */
export async function readMetricsToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new StartupError('metrics_token', `the metrics token cannot be read: ${(cause as Error).message}`, {
      cause,
      hint: 'metrics_token_file must name a file that the server may read.',
    });
  }
  if (text.length >= MIN_CHARS) return text;
  throw new StartupError('metrics_token', 'the metrics token is too short', {
    hint: `Write at least ${MIN_CHARS} characters into it.`,
  });
}

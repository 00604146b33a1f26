import { readFileSync } from 'node:fs';
import { ConfigError } from './compile.ts';

const MIN_CHARS = 16;

/** The scrape token in a file, without blanks around it. Throws `ConfigError` when it cannot be read or is too short. */
export function metricsToken(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(
      `the metrics token cannot be read: ${(cause as Error).message}`,
      'metrics_token_file must name a file that the user who starts the server may read.',
    );
  }
  if (text.length >= MIN_CHARS) return text;
  throw new ConfigError('the metrics token is too short', `Write at least ${MIN_CHARS} characters into it.`);
}

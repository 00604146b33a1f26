import { readFileSync } from 'node:fs';
import { ConfigError } from './compile.ts';

const FORM = 'Write it as smtps://user:password@host:465 or smtp://host:587; special characters of a password as %XX.';

/** The source of `smtp_url`: other users of the machine can read the command line. */
export interface SmtpKeys {
  readonly url: string | undefined;
  readonly file: string | undefined;
  readonly from: string | undefined;
  readonly onCommandLine: boolean;
}

/** The URL of the mail server, undefined for none. Throws `ConfigError`, which never holds it. */
export function smtpUrl({ url, file, from, onCommandLine }: SmtpKeys): string | undefined {
  if (url !== undefined && file !== undefined) throw new ConfigError('smtp_url and smtp_url_file cannot both be set');
  const text = file === undefined ? url : readUrl(file);
  if (text === undefined) return undefined;
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !['smtp:', 'smtps:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new ConfigError('the address of the mail server is not an smtp or smtps URL', FORM);
  }
  if (onCommandLine && parsed.password !== '') {
    throw new ConfigError(
      '--smtp-url has a password, and every user of the machine can read command lines',
      'Put the URL into a file (--smtp-url-file) or into FGS_SMTP_URL.',
    );
  }
  if (from === undefined) throw new ConfigError('smtp_from is missing: the sender of e-mails', 'Set smtp_from.');
  return text;
}

function readUrl(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(
      `smtp_url_file cannot be read: ${(cause as Error).message}`,
      'It must name a file with the URL of the mail server, which the user who runs the server may read.',
    );
  }
}

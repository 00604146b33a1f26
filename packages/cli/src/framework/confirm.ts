import { createInterface } from 'node:readline/promises';
import { CliError, usageError } from './cli-error.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-code.ts';
import { flag } from './flag.ts';
import { safeText } from './safe-text.ts';

/** The flag that answers the question beforehand. */
export const YES_FLAG = { yes: flag.boolean('do not ask', { short: 'y' }) } as const;

/** `doing` begins the error without a terminal, `declined` is the one after a no. */
interface Question {
  readonly text: string;
  readonly doing: string;
  readonly declined: string;
}

/** Throws `CLI.DECLINED` for a no, and a usage error without a terminal. Asks nothing in a dry run. */
export async function confirm({ text, doing, declined }: Question, context: Context): Promise<void> {
  if (context.isDry) return;
  if (context.stdin.isTTY !== true) throw usageError(`${doing} needs --yes without a terminal`);
  await context.stderr.write(`${safeText(text)} [y/N] `);
  const lines = createInterface({ input: context.stdin });
  try {
    const answer = await lines.question('', { signal: context.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new CliError(declined, { code: 'CLI.DECLINED', exitCode: EXIT.failure });
}

/** Asks for confirmation before a deletion. */
export async function confirmDeletion(what: string, context: Context): Promise<void> {
  await confirm({ text: `Delete ${what}?`, doing: 'deleting', declined: 'not deleted' }, context);
}

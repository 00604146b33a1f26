import { createInterface } from 'node:readline/promises';
import { CliError, usageError } from './cli-error.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-code.ts';
import { flag } from './flag.ts';
import { safeText } from './safe-text.ts';

/** The flag that answers the question beforehand. */
export const YES_FLAG = { yes: flag.boolean('do not ask', { short: 'y' }) } as const;

/** Asks for confirmation before a deletion. Throws `CLI.DECLINED` for a no, and a usage error without a terminal. */
export async function confirmDeletion(what: string, context: Context): Promise<void> {
  if (context.stdin.isTTY !== true) throw usageError('deleting needs --yes without a terminal');
  await context.stderr.write(`${safeText(`Delete ${what}?`)} [y/N] `);
  const lines = createInterface({ input: context.stdin });
  try {
    const answer = await lines.question('', { signal: context.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new CliError('not deleted', { code: 'CLI.DECLINED', exitCode: EXIT.failure });
}

import { createInterface } from 'node:readline/promises';
import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { CliError, type Context, defineCommand, EXIT, safeText, usageError } from '../../framework/index.ts';

async function confirm(question: string, context: Context): Promise<boolean> {
  if (context.stdin.isTTY !== true) throw usageError('deleting needs --yes when no one can be asked');
  await context.stderr.write(`${safeText(question)} [y/N] `);
  const lines = createInterface({ input: context.stdin });
  try {
    return /^y(es)?$/i.test((await lines.question('', { signal: context.signal })).trim());
  } finally {
    lines.close();
  }
}

export const remove = defineCommand({
  name: 'functions delete',
  summary: 'Delete a function with all its versions',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...FUNCTION_FLAGS },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs functions delete hello', 'fgs functions delete hello --yes'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    if (!flags.yes && !(await confirm(`Delete ${params.function_urn}?`, context))) {
      throw new CliError('not deleted', { code: 'CLI.DECLINED', exitCode: EXIT.failure });
    }
    await connection.client.call('deleteFunction', { params, signal: context.signal });
    return {
      kind: 'message',
      text: `${args.function}: deleted`,
      data: { func_urn: params.function_urn, outcome: 'deleted' },
    };
  },
});

import type { CallOutput } from '@funcgraph/api';
import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { CliError, defineCommand, EXIT } from '../../framework/index.ts';

type Page = CallOutput<'redriveFunctionDeadLetters'>['data'];

export const redriveAll = defineCommand({
  name: 'dead-letters redrive-all',
  summary: 'Send all dead letters of a function again, each once',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs dead-letters redrive-all hello'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const redriven: Page['redriven'] = [];
    const refused: Page['refused'] = [];
    let marker: string | undefined;
    do {
      const { data } = await connection.client.call('redriveFunctionDeadLetters', {
        params,
        body: marker === undefined ? {} : { marker },
        signal: context.signal,
      });
      redriven.push(...data.redriven);
      refused.push(...data.refused);
      marker = data.next_marker;
    } while (marker !== undefined);
    const [first] = refused;
    if (first !== undefined) {
      const text = `${redriven.length} redriven, ${refused.length} refused; the first, ${first.id}: ${first.message}`;
      throw new CliError(text, { code: 'CLI.NOT_ALL_REDRIVEN', exitCode: EXIT.failure });
    }
    return { kind: 'message', text: `${redriven.length} redriven`, data: { redriven } };
  },
});

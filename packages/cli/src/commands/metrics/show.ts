import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { RANGE_FLAGS, rangeQuery, seriesTable } from './series-table.ts';

export const show = defineCommand({
  name: 'metrics show',
  summary: 'Calls, failures by cause, durations and concurrency of a function over time',
  flags: {
    qualifier: { type: 'text', placeholder: 'VERSION|!ALIAS', summary: 'only this version, or alias after !' },
    ...RANGE_FLAGS,
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs metrics show hello', "fgs metrics show hello --qualifier '!live' --since 1d --step 1h"],
  async run({ flags, args }, context) {
    const query = rangeQuery(flags, context.now());
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package, flags.qualifier);
    const { data } = await connection.client.call('showMetrics', { params, query, signal: context.signal });
    return seriesTable(data, flags.all);
  },
});

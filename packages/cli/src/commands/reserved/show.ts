import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const show = defineCommand({
  name: 'reserved show',
  summary: 'Reserved instances of a function as they are now, and why some are missing',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs reserved show hello', 'fgs reserved show hello --output json'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { data } = await connection.client.call('showReservedInstances', { params, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'qualifier_type', title: 'OF' },
        { key: 'qualifier_name', title: 'NAME' },
        { key: 'min_count', title: 'MIN', align: 'right' },
        { key: 'wanted', title: 'WANTED NOW', align: 'right' },
        { key: 'ready', title: 'READY', align: 'right' },
        { key: 'starting', title: 'STARTING', align: 'right' },
        { key: 'mode', title: 'IDLE MODE' },
        { key: 'problem', title: 'PROBLEM' },
      ],
      rows: data.reserved_instances.map((row) => ({
        ...row,
        mode: row.idle_mode ? 'on' : 'off',
        problem: row.failing === null ? '' : problemText(row.failing),
      })),
      none: 'no reserved instances',
    };
  },
});

function problemText({
  reason,
  failures,
  next_try,
}: {
  reason: string;
  failures: number;
  next_try: string | null;
}): string {
  if (next_try === null) return reason;
  const times = failures === 1 ? 'once' : `${failures} times`;
  return `${reason} (failed ${times}, next try ${next_try})`;
}

import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { timeText } from '../time-text.ts';

export const audit = defineCommand({
  name: 'iam audit',
  summary: 'Audit records: changes, refused changes and logins, newest first',
  flags: {
    since: { type: 'text', placeholder: 'TIME', summary: 'from this time on: 15m, 2h, 1d or RFC 3339' },
    until: { type: 'text', placeholder: 'TIME', summary: 'before this time' },
    user: { type: 'text', placeholder: 'NAME', summary: 'by this user' },
    action: { type: 'text', placeholder: 'ACTION', summary: 'of this kind; * stands for any text' },
    resource: { type: 'text', placeholder: 'TEXT', summary: 'only resources with this in their name' },
    result: { type: 'text', choices: ['ok', 'failed'], summary: 'only successful, or only failed operations' },
    limit: { type: 'integer', placeholder: 'N', fallback: 50, summary: 'how many, at most 1000' },
    cursor: { type: 'text', placeholder: 'CURSOR', summary: 'continue after this entry' },
    ...CONNECTION_FLAGS,
  },
  args: [],
  examples: ['fgs iam audit --since 1d', "fgs iam audit --action 'iam:*' --result failed"],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const now = context.now();
    const query = {
      limit: String(flags.limit),
      ...(flags.since === undefined ? {} : { from: timeText(flags.since, '--since', now) }),
      ...(flags.until === undefined ? {} : { to: timeText(flags.until, '--until', now) }),
      ...(flags.user === undefined ? {} : { user: flags.user }),
      ...(flags.action === undefined ? {} : { action: flags.action }),
      ...(flags.resource === undefined ? {} : { resource: flags.resource }),
      ...(flags.result === undefined ? {} : { result: flags.result as 'ok' | 'failed' }),
      ...(flags.cursor === undefined ? {} : { cursor: flags.cursor }),
    };
    const { data } = await client.call('listAudit', { query, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'time', title: 'TIME' },
        { key: 'user_name', title: 'USER' },
        { key: 'source_ip', title: 'FROM' },
        { key: 'action', title: 'ACTION' },
        { key: 'resource', title: 'RESOURCE' },
        { key: 'status', title: 'STATUS', align: 'right' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.entries,
      none: 'nothing',
    };
  },
});

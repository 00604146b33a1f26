import { flag } from '../../framework/index.ts';
import { operation } from '../../operations/index.ts';
import { timeText } from '../time-text.ts';

export const audit = operation('iam audit', 'listAudit', {
  summary: 'Audit records: changes, refused changes and logins, newest first',
  flags: {
    since: flag.text('TIME', 'from this time on: 15m, 2h, 1d or RFC 3339'),
    until: flag.text('TIME', 'before this time'),
    user: ['NAME', 'by this user'],
    action: ['ACTION', 'of this kind; * stands for any text'],
    resource: ['TEXT', 'only resources with this in their name'],
    result: ['VALUE', 'only successful, or only failed operations'],
    limit: ['N', 'how many, at most 1000', { fallback: 50 }],
    cursor: ['CURSOR', 'continue after this entry'],
  },
  fields: ({ since, until }, _, { now }) => ({
    from: since === undefined ? undefined : timeText(since, '--since', now()),
    to: until === undefined ? undefined : timeText(until, '--until', now()),
  }),
  examples: ['fgs iam audit --since 1d', "fgs iam audit --action 'iam:*' --result failed"],
  rows: ({ entries }) => entries,
  columns: {
    time: 'TIME',
    user_name: 'USER',
    source_ip: 'FROM',
    action: 'ACTION',
    resource: 'RESOURCE',
    status: 'STATUS',
    id: 'ID',
  },
  none: 'nothing',
});

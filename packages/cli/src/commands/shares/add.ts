import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { SHARE_FLAGS, shareOf } from './what.ts';

export const add = defineCommand({
  name: 'shares add',
  summary: 'Let another account or project use a file system, a network or an image of the machine',
  flags: { ...SHARE_FLAGS, ...CONNECTION_FLAGS },
  args: [],
  examples: [
    'fgs shares add --filesystem models --account other-team',
    'fgs shares add --image swr.example.com/team/resize --account other-team',
  ],
  async run({ flags }, context) {
    const body = shareOf(flags);
    const { client } = await connect(flags, context);
    await client.call('addShare', { body, signal: context.signal });
    const holder = body.account ?? body.project;
    return { kind: 'message', text: `${body.kind} ${body.name}: shared with ${holder}`, data: body };
  },
});

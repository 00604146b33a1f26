import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { SHARE_FLAGS, shareOf } from './what.ts';

export const remove = defineCommand({
  name: 'shares remove',
  summary: 'End the share of a file system, network or image with an account or project',
  flags: { ...SHARE_FLAGS, ...CONNECTION_FLAGS },
  args: [],
  examples: ['fgs shares remove --network backend --account other-team'],
  async run({ flags }, context) {
    const query = shareOf(flags);
    const { client } = await connect(flags, context);
    await client.call('removeShare', { query, signal: context.signal });
    const holder = query.account ?? query.project;
    return { kind: 'message', text: `${query.kind} ${query.name}: no longer shared with ${holder}`, data: query };
  },
});

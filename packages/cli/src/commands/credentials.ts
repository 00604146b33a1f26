import { defineCommand, flag, type Noun } from '../framework/index.ts';
import { runMaintenance } from '../server-process/index.ts';
import { MAINTENANCE_FLAGS, maintenanceArguments } from './maintenance-flags.ts';

interface ResetResult {
  readonly credentials_file: string;
  readonly user: string;
  readonly access_key: string;
}

const reset = defineCommand({
  name: 'credentials reset',
  summary: 'Give an administrator of a stopped server a new password and key, for the owner of its data directory',
  flags: {
    user: flag.text('NAME', 'user of the account that manages the machine (default: admin); created if missing'),
    ...MAINTENANCE_FLAGS,
  },
  args: [],
  examples: ['fgs credentials reset', 'fgs credentials reset --data-dir ./data --user admin'],
  async run({ flags }, context) {
    const result = await runMaintenance<ResetResult>(
      {
        operation: 'reset-credentials',
        serverFlags: maintenanceArguments(flags, context),
        args: flags.user === undefined ? [] : ['--user', flags.user],
      },
      context,
    );
    return {
      kind: 'message',
      text: `New password and key of user ${result.user} are in ${result.credentials_file}. The old ones are void.`,
      data: { ...result, outcome: 'reset' },
    };
  },
});

export const credentials: Noun = {
  name: 'credentials',
  summary: 'Administrator credentials for the owner of a data directory',
  commands: [reset],
};

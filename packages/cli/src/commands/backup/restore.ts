import { resolve } from 'node:path';
import { defineCommand } from '../../framework/index.ts';
import { runMaintenance } from '../../server-process/index.ts';
import { MAINTENANCE_FLAGS, maintenanceArguments } from '../maintenance-flags.ts';
import { type BackupSummary, sizeText } from './summary.ts';

export const restore = defineCommand({
  name: 'backup restore',
  summary: 'Make a data directory from a backup, which is verified first; the directory must be missing or empty',
  flags: MAINTENANCE_FLAGS,
  args: [{ name: 'folder', summary: 'folder of the backup' }],
  examples: ['fgs backup restore /backup/monday', 'fgs backup restore ./monday --data-dir ./restored'],
  async run({ flags, args }, context) {
    const serverFlags = maintenanceArguments(flags, context);
    const folder = resolve(context.cwd, args.folder);
    const made = await runMaintenance<BackupSummary>(
      { operation: 'backup-restore', serverFlags, args: [folder] },
      context,
    );
    return {
      kind: 'message',
      text: `restored ${sizeText(made)} to ${made.folder}`,
      data: { ...made, outcome: 'restored' },
    };
  },
});

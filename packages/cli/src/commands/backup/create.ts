import { resolve } from 'node:path';
import { defineCommand } from '../../framework/index.ts';
import { runMaintenance } from '../../server-process/index.ts';
import { MAINTENANCE_FLAGS, maintenanceArguments } from '../maintenance-flags.ts';
import { type BackupSummary, sizeText } from './summary.ts';

export const create = defineCommand({
  name: 'backup create',
  summary: 'Back up a data directory, also while its server runs: database, code, images and keys',
  flags: MAINTENANCE_FLAGS,
  args: [{ name: 'folder', summary: 'folder of the backup, which must not exist yet' }],
  examples: ['fgs backup create /backup/monday', 'fgs backup create ./monday --data-dir ./data'],
  async run({ flags, args }, context) {
    const serverFlags = maintenanceArguments(flags, context);
    const folder = resolve(context.cwd, args.folder);
    const made = await runMaintenance<BackupSummary>(
      { operation: 'backup-create', serverFlags, args: [folder] },
      context,
    );
    const text = `backed up ${sizeText(made)} to ${made.folder}\nIt holds keys and secrets: keep it like a password.`;
    return { kind: 'message', text, data: { ...made, outcome: 'created' } };
  },
});

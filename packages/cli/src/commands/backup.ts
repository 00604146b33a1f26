import { resolve } from 'node:path';
import { defineCommand, EXIT, flag, type Noun, usageError } from '../framework/index.ts';
import { runMaintenance } from '../server-process/index.ts';
import { MAINTENANCE_FLAGS, maintenanceArguments } from './maintenance-flags.ts';

interface BackupSummary {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

function sizeText({ files, bytes }: Pick<BackupSummary, 'files' | 'bytes'>): string {
  return `${files} files, ${(bytes / 2 ** 20).toFixed(1)} MB`;
}

const create = defineCommand({
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

const restore = defineCommand({
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

interface Verification {
  readonly ok: boolean;
  readonly created_at: string;
  readonly files: number;
  readonly bytes: number;
  readonly faults: readonly string[];
}

const verify = defineCommand({
  name: 'backup verify',
  summary: 'Verify that a backup can be restored: every file, the database, and all that it refers to',
  flags: {},
  args: [{ name: 'folder', summary: 'folder of the backup' }],
  examples: ['fgs backup verify /backup/monday'],
  async run({ args }, context) {
    const folder = resolve(context.cwd, args.folder);
    const found = await runMaintenance<Verification>(
      { operation: 'backup-verify', serverFlags: [], args: [folder] },
      context,
    );
    const text = found.ok
      ? `${folder} is whole: ${sizeText(found)}, made ${found.created_at}`
      : [`${folder} cannot be restored:`, ...found.faults.map((fault) => `  ${fault}`)].join('\n');
    return { kind: 'message', text, data: { ...found }, exitCode: found.ok ? EXIT.ok : EXIT.failure };
  },
});

interface Rotation extends BackupSummary {
  readonly kept: number;
  readonly removed: readonly string[];
}

const rotate = defineCommand({
  name: 'backup rotate',
  summary: 'Make a backup named by its time in a folder, verify it, then remove the oldest ones of that folder',
  flags: { keep: flag.integer('COUNT', 'how many backups stay', { fallback: 14 }), ...MAINTENANCE_FLAGS },
  args: [{ name: 'folder', summary: 'folder of the backups, made when missing' }],
  examples: ['fgs backup rotate /backup', 'fgs backup rotate /backup --keep 30'],
  async run({ flags, args }, context) {
    if (flags.keep < 1) throw usageError('--keep must be at least 1', 'Leave it out for 14.');
    const serverFlags = maintenanceArguments(flags, context);
    const own = [resolve(context.cwd, args.folder), '--keep', String(flags.keep)];
    const made = await runMaintenance<Rotation>({ operation: 'backup-rotate', serverFlags, args: own }, context);
    const text = `backed up ${sizeText(made)} to ${made.folder}; ${made.kept} kept, ${made.removed.length} removed`;
    return { kind: 'message', text, data: { ...made, outcome: 'created' } };
  },
});

export const backup: Noun = {
  name: 'backup',
  summary: 'Backups of a data directory',
  commands: [create, rotate, restore, verify],
};

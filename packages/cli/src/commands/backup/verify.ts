import { resolve } from 'node:path';
import { defineCommand, EXIT } from '../../framework/index.ts';
import { runMaintenance } from '../../server-process/index.ts';
import { sizeText } from './summary.ts';

interface Verification {
  readonly ok: boolean;
  readonly created_at: string;
  readonly files: number;
  readonly bytes: number;
  readonly faults: readonly string[];
}

export const verify = defineCommand({
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

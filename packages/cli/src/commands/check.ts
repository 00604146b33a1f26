import type { Check } from '../doctor/index.ts';
import { defineCommand, EXIT } from '../framework/index.ts';
import { runMaintenance } from '../server-process/index.ts';
import { report } from './check-report.ts';
import { MAINTENANCE_FLAGS, maintenanceArguments } from './maintenance-flags.ts';

export const check = defineCommand({
  name: 'check',
  summary: 'Check a data directory for damage, missing files, wrong modes and leftovers; changes nothing',
  flags: MAINTENANCE_FLAGS,
  args: [],
  examples: ['fgs check', 'fgs check --data-dir ./data --output json'],
  async run({ flags }, context) {
    const serverFlags = maintenanceArguments(flags, context);
    const { checks } = await runMaintenance<{ checks: Check[] }>({ operation: 'check', serverFlags }, context);
    const failed = checks.filter(({ state }) => state === 'fail').length;
    const last = failed > 0 ? `${failed} ${failed === 1 ? 'fault' : 'faults'} found.` : 'No fault found.';
    return {
      kind: 'message',
      text: [...report(checks), '', last].join('\n'),
      data: { ok: failed === 0, checks },
      exitCode: failed === 0 ? EXIT.ok : EXIT.failure,
    };
  },
});

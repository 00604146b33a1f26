import { flag, type Noun } from '../../framework/index.ts';
import { FUNCTION, operation, QUALIFIED_FUNCTION } from '../../operations/index.ts';
import { MissingServers } from '../missing-servers.ts';
import { parseMetricPolicy, parsePolicy } from './policy-flag.ts';

interface Failing {
  readonly reason: string;
  readonly failures: number;
  readonly next_try: string | null;
}

function problemText({ reason, failures, next_try }: Failing): string {
  if (next_try === null) return reason;
  return `${reason} (failed ${failures === 1 ? 'once' : `${failures} times`}, next try ${next_try})`;
}

interface Tactics {
  readonly cron_configs: ReadonlyArray<{ readonly name: string; readonly count: number; readonly cron: string }>;
  readonly metric_configs: ReadonlyArray<{ readonly name: string; readonly threshold: number; readonly min: number }>;
}

function policiesText({ cron_configs, metric_configs }: Tactics): string {
  return [
    ...cron_configs.map(({ name, count, cron }) => `${name}: ${count} at ${cron}`),
    ...metric_configs.map(({ name, threshold, min }) => `${name}: ${threshold} % used, at least ${min}`),
  ].join('; ');
}

export const reserved: Noun = {
  name: 'reserved',
  summary: 'Instances that are kept ready, so that no request waits for a start',
  commands: [
    operation('reserved set', 'updateFunctionReservedInstancesCount', {
      summary: 'Keep instances of a function ready; replaces earlier settings',
      args: [QUALIFIED_FUNCTION],
      flags: {
        count: ['N', 'instances that are always kept; 0 for none'],
        version: flag.text('VERSION', 'for calls of this version; latest without it'),
        alias: flag.text('ALIAS', 'for calls through this alias'),
        idle: flag.boolean('idle mode: no processor between requests'),
        policy: flag.list(
          'NAME,COUNT,FROM,UNTIL,CRON',
          'more of them from each time that CRON (UTC) names, in the window FROM to UNTIL (local time)',
        ),
        metric: flag.list(
          'NAME,PERCENT,MIN',
          'as many that calls use PERCENT of what they can take at once, and never fewer than MIN',
        ),
      },
      fields: ({ idle, policy, metric }) => ({
        idle_mode: idle,
        tactics_config: { cron_configs: policy.map(parsePolicy), metric_configs: metric.map(parseMetricPolicy) },
      }),
      examples: [
        'fgs reserved set hello --count 2 --idle',
        'fgs reserved set hello --alias live --count 1 --policy "morning,10,2027-01-01,2027-02-01,0 0 8 * * ?"',
        'fgs reserved set hello --count 1 --metric "busy,60,1"',
        'fgs reserved set hello --count 0',
      ],
      text({ count, idle_mode, tactics_config }, { function: { name } }) {
        const policies = tactics_config.cron_configs.length + tactics_config.metric_configs.length;
        const more = policies === 0 ? '' : `, ${policies} ${policies === 1 ? 'policy' : 'policies'}`;
        return `${name}: ${count} reserved${idle_mode ? ', idle mode' : ''}${more}`;
      },
      data: (answer, { function: { function_urn } }) => ({ function_urn, ...answer }),
    }),
    operation('reserved list', 'listReservedInstanceConfigs', {
      summary: 'Settings of reserved instances in the project',
      fields: { marker: '0', limit: '500' },
      examples: ['fgs reserved list', 'fgs reserved list --output json'],
      rows: ({ reserved_instances }) =>
        reserved_instances.map((row) => ({
          ...row,
          mode: row.idle_mode ? 'on' : 'off',
          policies: policiesText(row.tactics_config),
        })),
      next: ({ reserved_instances, page_info }, seen) =>
        reserved_instances.length === 0 || page_info.next_marker === 0 ? undefined : { marker: String(seen) },
      columns: {
        function_urn: 'FUNCTION',
        qualifier_type: 'OF',
        qualifier_name: 'NAME',
        min_count: 'MIN',
        mode: 'IDLE MODE',
        policies: 'POLICIES',
      },
      none: 'no reserved instances',
    }),
    operation('reserved show', 'showReservedInstances', {
      summary: 'Reserved instances of a function as they are now, and why some are missing',
      args: [FUNCTION],
      examples: ['fgs reserved show hello', 'fgs reserved show hello --output json'],
      rows: ({ reserved_instances }) =>
        reserved_instances.map((row) => ({
          ...row,
          mode: row.idle_mode ? 'on' : 'off',
          problem: row.failing === null ? '' : problemText(row.failing),
        })),
      note: (answer) => {
        const missing = new MissingServers();
        missing.add(answer);
        return missing.notes('reserved instances')[0]?.note;
      },
      columns: {
        qualifier_type: 'OF',
        qualifier_name: 'NAME',
        min_count: 'MIN',
        desired: 'DESIRED',
        ready: 'READY',
        starting: 'STARTING',
        mode: 'IDLE MODE',
        problem: 'PROBLEM',
      },
      none: 'no reserved instances',
    }),
  ],
};

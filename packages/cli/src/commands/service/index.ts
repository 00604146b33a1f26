import { CliError, type Context, defineCommand, EXIT, flag, type Noun } from '../../framework/index.ts';
import { machine, type ServiceHost } from './host.ts';
import { BACKUP_SERVICE, BACKUP_TIMER, SERVICE } from './unit.ts';
import { INSTALL_FLAGS, unitsOf } from './units-of.ts';

const ALL = [SERVICE, BACKUP_SERVICE, BACKUP_TIMER];
const LOG_LINES = '12';
const SHOWN = [
  'ActiveState',
  'SubState',
  'UnitFileState',
  'MainPID',
  'NRestarts',
  'ActiveEnterTimestamp',
  'MemoryCurrent',
];

/** The commands; tests give them a machine of their own. */
export function serviceNoun(host: ServiceHost): Noun {
  const install = defineCommand({
    name: 'service install',
    summary:
      'Run the server as a service of this machine (systemd), also after a restart; again with other flags to change it',
    flags: { print: flag.boolean('only show the files'), ...INSTALL_FLAGS },
    args: [],
    examples: [
      'fgs service install',
      'fgs service install --host 0.0.0.0 --public-url https://fgs.example.com --backup-dir /backup',
      'fgs service install --print',
    ],
    async run({ flags: { print, ...flags } }, context) {
      const units = unitsOf(flags, context);
      if (print) {
        const text = [...units].map(([name, content]) => `# /etc/systemd/system/${name}\n${content}`).join('\n');
        return { kind: 'message', text: text.trimEnd(), data: { units: Object.fromEntries(units) } };
      }
      await mayManage(host, context);
      if (units.has(BACKUP_TIMER))
        await must(
          host,
          'systemd-analyze',
          ['calendar', flags['backup-at']],
          'Write --backup-at as systemd does: man systemd.time',
        );
      for (const name of ALL) {
        const text = units.get(name);
        if (text !== undefined) await host.writeUnit(name, text);
        else if ((await host.readUnit(name)) !== undefined) await remove(host, name);
      }
      await must(host, 'systemctl', ['daemon-reload']);
      if (units.has(BACKUP_TIMER)) await must(host, 'systemctl', ['enable', '--now', BACKUP_TIMER]);
      await must(host, 'systemctl', ['enable', SERVICE]);
      await start(host);
      const text = `${SERVICE} runs, and starts with this machine. Its log: journalctl -u funcgraph -f`;
      return { kind: 'message', text, data: { units: [...units.keys()], outcome: 'installed' } };
    },
  });

  const status = defineCommand({
    name: 'service status',
    summary: 'Whether the service runs, since when, and when the next backup is made',
    flags: {},
    args: [],
    examples: ['fgs service status'],
    async run() {
      if ((await host.readUnit(SERVICE)) === undefined) throw notInstalled();
      const { ActiveState, SubState, UnitFileState, MainPID, NRestarts, ActiveEnterTimestamp, MemoryCurrent } =
        await shown(host);
      const timer = await host.readUnit(BACKUP_TIMER);
      const next = timer === undefined ? 'none' : await nextBackup(host);
      const bytes = Number(MemoryCurrent);
      return {
        kind: 'record',
        data: {
          state: `${ActiveState} (${SubState})`,
          since: ActiveEnterTimestamp ?? '',
          starts_with_machine: UnitFileState === 'enabled',
          pid: Number(MainPID),
          restarts: Number(NRestarts),
          memory_mb: Number.isFinite(bytes) ? Math.round(bytes / 2 ** 20) : null,
          next_backup: next,
        },
        exitCode: ActiveState === 'active' ? EXIT.ok : EXIT.failure,
      };
    },
  });

  const uninstall = defineCommand({
    name: 'service uninstall',
    summary: 'Stop the service and remove it from this machine; the data directory and backups stay',
    flags: {},
    args: [],
    examples: ['fgs service uninstall'],
    async run(_, context) {
      await mayManage(host, context);
      if ((await host.readUnit(SERVICE)) === undefined) throw notInstalled();
      for (const name of [BACKUP_TIMER, BACKUP_SERVICE, SERVICE]) {
        if ((await host.readUnit(name)) !== undefined) await remove(host, name);
      }
      await must(host, 'systemctl', ['daemon-reload']);
      return {
        kind: 'message',
        text: 'The service is removed. Its data directory, its backups and the user funcgraph are unchanged.',
        data: { outcome: 'removed' },
      };
    },
  });

  return {
    name: 'service',
    summary: 'The server as a service of this machine',
    commands: [install, status, uninstall],
  };
}

async function mayManage(host: ServiceHost, { uid }: Context): Promise<void> {
  if (!(await host.hasSystemd())) {
    throw new CliError('systemd does not run this machine', {
      code: 'CLI.SERVICE',
      hint: 'fgs service install --print shows the files. In a container, let it run: fgs start',
    });
  }
  if (uid !== 0) {
    throw new CliError('only root may change services of the machine', {
      code: 'CLI.SERVICE',
      hint: 'Run it with sudo.',
    });
  }
}

function notInstalled(): CliError {
  return new CliError('the service is not installed', {
    code: 'CLI.SERVICE',
    hint: 'Install it with: fgs service install',
  });
}

async function must(host: ServiceHost, program: string, args: readonly string[], hint?: string): Promise<void> {
  const { ok, stderr } = await host.run(program, args);
  if (ok) return;
  const message = `${program} ${args.join(' ')} failed: ${stderr.trim()}`;
  throw new CliError(message, { code: 'CLI.SERVICE', ...(hint === undefined ? {} : { hint }) });
}

/** Returns when the server serves. */
async function start(host: ServiceHost): Promise<void> {
  if ((await host.run('systemctl', ['restart', SERVICE])).ok) return;
  const { stdout } = await host.run('journalctl', [
    '--unit',
    SERVICE,
    '--lines',
    LOG_LINES,
    '--output',
    'cat',
    '--no-pager',
  ]);
  throw new CliError(`the service does not start\n${stdout.trimEnd()}`, {
    code: 'CLI.SERVICE',
    hint: 'When the reason is removed: systemctl restart funcgraph. Without a service: fgs service uninstall',
  });
}

async function remove(host: ServiceHost, name: string): Promise<void> {
  // a unit without [Install] cannot be disabled, and need not be
  await host.run('systemctl', ['disable', '--now', name]);
  await host.run('systemctl', ['stop', name]);
  await host.removeUnit(name);
}

async function shown(host: ServiceHost): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await host.run('systemctl', ['show', SERVICE, `--property=${SHOWN.join(',')}`]);
  return Object.fromEntries(
    stdout.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
  );
}

async function nextBackup(host: ServiceHost): Promise<string> {
  const { stdout } = await host.run('systemctl', [
    'show',
    BACKUP_TIMER,
    '--property=NextElapseUSecRealtime',
    '--value',
  ]);
  return stdout.trim() || 'none';
}

export const service: Noun = serviceNoun(machine);

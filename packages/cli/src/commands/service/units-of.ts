import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, type FlagSpecs, type FlagValues, flag, usageError } from '../../framework/index.ts';
import { maintenanceArguments } from '../maintenance-flags.ts';
import { SERVER_FLAGS, startArguments } from '../start.ts';
import { BACKUP_SERVICE, BACKUP_TIMER, backupTimer, backupUnit, SERVICE, serverUnit } from './unit.ts';

const { 'root-without-isolation': _, ...OF_SERVER } = SERVER_FLAGS;

export const INSTALL_FLAGS = {
  'backup-dir': flag.text('DIR', 'also make backups in this folder, by a timer'),
  'backup-at': flag.text('CALENDAR', 'when, as systemd writes it: daily, Mon 03:00, *-*-* 02:30:00', {
    fallback: '*-*-* 02:30:00',
  }),
  'backup-keep': flag.integer('COUNT', 'how many of them are kept', { fallback: 14 }),
  ...OF_SERVER,
} as const satisfies FlagSpecs;

export type InstallFlags = FlagValues<typeof INSTALL_FLAGS>;

/** Files and folders: a service has no working folder. */
const PATHS = [
  'config',
  'database-url-file',
  'key-file',
  'join-token-file',
  's3-keys-file',
  'smtp-url-file',
  'otlp-headers-file',
  'oidc-client-secret-file',
  'oidc-ca-file',
  'backup-dir',
] as const;
/** With a file of settings the drain time is not known here; this is its upper limit. */
const LONGEST_DRAIN_SECONDS = 3600;
const USUAL_DRAIN_SECONDS = 30;
const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** The `fgs` that this program belongs to. */
const FGS = fileURLToPath(new URL('../../../bin/fgs', import.meta.url));

/** The files that make the service, by name. */
export function unitsOf(flags: InstallFlags, context: Context): Map<string, string> {
  const { 'backup-dir': folder, 'backup-at': calendar, 'backup-keep': keep, ...given } = absolute(flags, context);
  if (flags.sandbox === 'process')
    throw usageError('a service runs functions isolated', 'Leave out --sandbox process: root starts the service.');
  const command = [FGS, 'start', ...startArguments(given, context)];
  const units = new Map([[SERVICE, serverUnit({ command, drainSeconds: drainSeconds(flags) })]]);
  if (folder === undefined) return units;
  if (flags['database-url'] !== undefined || flags['database-url-file'] !== undefined) {
    throw usageError('fgs makes no backups of PostgreSQL', 'Leave out --backup-dir, and schedule pg_dump.');
  }
  if (keep < 1) throw usageError('--backup-keep must be at least 1', 'Leave it out for 14.');
  const { 'data-dir': dataDir, config } = given;
  const place = { 'data-dir': dataDir, config, 'database-url': undefined, 'database-url-file': undefined };
  const rotate = [FGS, 'backup', 'rotate', folder, '--keep', String(keep)];
  const server = maintenanceArguments(place, context);
  return units.set(BACKUP_SERVICE, backupUnit([...rotate, ...server])).set(BACKUP_TIMER, backupTimer(calendar));
}

function absolute(flags: InstallFlags, { cwd }: Context): InstallFlags {
  const changed = { ...flags } as Record<string, InstallFlags[keyof InstallFlags]>;
  for (const name of PATHS) {
    const value = flags[name];
    if (value !== undefined && !isAbsolute(value)) changed[name] = resolve(cwd, value);
  }
  return changed as InstallFlags;
}

function drainSeconds(flags: InstallFlags): number {
  const text =
    flags['drain-timeout'] ??
    flags.set.find((each) => each.startsWith('drain_timeout='))?.slice('drain_timeout='.length);
  if (text === undefined) return flags.config === undefined ? USUAL_DRAIN_SECONDS : LONGEST_DRAIN_SECONDS;
  const [, number = '', unit = ''] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  // the server refuses what cannot be read
  return Math.ceil(Number(number) * (UNITS[unit] ?? 0)) || USUAL_DRAIN_SECONDS;
}

/** The files of the service, as text. */

export const SERVICE = 'funcgraph.service';
export const BACKUP_SERVICE = 'funcgraph-backup.service';
export const BACKUP_TIMER = 'funcgraph-backup.timer';
/** Settings that must not be on a command line, as FGS_NAME=value; read by systemd as root. */
export const ENVIRONMENT_FILE = '/etc/funcgraph/environment';

const HEAD = '# Written by fgs service install, which writes it anew. Own settings: systemctl edit';

/** systemd expands `%` and `$`, and splits at blanks. */
export function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  if (/^[A-Za-z0-9_./:=@,%$+-]+$/.test(escaped)) return escaped;
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

export interface ServerUnit {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** How long running invocations may continue when the server stops. */
  readonly drainSeconds: number;
}

/** The agent needs more time than the drain, to end its sandboxes. */
const STOP_RESERVE_SECONDS = 60;

/**
 * Root starts the server, which then runs as a user of its own; the agent stays root. What is taken away here, neither
 * needs: a test starts the platform with the same rights.
 */
export function serverUnit({ command, drainSeconds }: ServerUnit): string {
  return `${HEAD} funcgraph
[Unit]
Description=Funcgraph, functions and flows
Wants=network-online.target
After=network-online.target postgresql.service

[Service]
# it has started when it serves; the first start after an update may change the database first
Type=notify
TimeoutStartSec=10min
ExecStart=${command.map(quoted).join(' ')}
EnvironmentFile=-${ENVIRONMENT_FILE}
# the server drains before its agent gets a signal
KillMode=mixed
TimeoutStopSec=${drainSeconds + STOP_RESERVE_SECONDS}
Restart=on-failure
RestartSec=2
# a wrong command line or setting does not become right
RestartPreventExitStatus=2
# limits of functions are cgroups below this one; a function out of memory must not stop the service
Delegate=yes
OOMPolicy=continue
TasksMax=infinity
LimitNOFILE=1048576
SyslogIdentifier=funcgraph
NoNewPrivileges=yes
CapabilityBoundingSet=~CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_TIME CAP_SYS_BOOT CAP_WAKE_ALARM CAP_SYSLOG CAP_SYS_PACCT
ProtectSystem=yes
RestrictRealtime=yes

[Install]
WantedBy=multi-user.target
`;
}

/** A backup of the running server, at a low priority. */
export function backupUnit(command: readonly string[]): string {
  return `${HEAD} funcgraph-backup
[Unit]
Description=Backup of Funcgraph

[Service]
Type=oneshot
ExecStart=${command.map(quoted).join(' ')}
EnvironmentFile=-${ENVIRONMENT_FILE}
Nice=10
IOSchedulingClass=idle
SyslogIdentifier=funcgraph-backup
NoNewPrivileges=yes
ProtectSystem=yes
RestrictRealtime=yes
`;
}

/** A run that was missed while the machine was off is made up for. */
export function backupTimer(calendar: string): string {
  return `${HEAD} funcgraph-backup.timer
[Unit]
Description=Backups of Funcgraph

[Timer]
OnCalendar=${calendar}
Persistent=true
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
`;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, compileSettings, environmentAt, type Settings } from '../config/index.ts';
import { systemClock } from '../lib/clock.ts';
import { mostStopMs } from '../lib/data-dir.ts';
import { untilNotStopping } from '../lib/data-dir-holder.ts';
import { type Failed, reportFailure, tellParent } from '../lib/parent-process.ts';
import { StartupError } from '../lib/startup-error.ts';
import type { StopRequest } from '../lib/stop-request.ts';
import { agentRules } from './agent-rules.ts';
import { interpreterFolders } from './interpreter-folders.ts';
import { LAUNCHED, type LauncherMessage } from './messages.ts';
import { Orders } from './orders.ts';
import { ownDataDir } from './own-data-dir.ts';
import { canReadBelow, closedFolders } from './reach.ts';
import { refuseRoot } from './refuse-root.ts';
import { requireRootRights } from './root-rights.ts';
import { openLinkDir, openRunDir } from './run-dir.ts';
import { serverCommand } from './server-command.ts';
import { openServerUser, type ServerUser } from './server-user.ts';

/** Beside this folder, as source or built. */
const MAIN = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));
const STAGE = '/run/funcgraph/stage';

/**
 * Runs the server as the user of the configuration, and agents as root when the server asks for one. Ends this process
 * with the server's exit status. Rejects with `StartupError` when the server cannot be started.
 */
export async function launch(settings: Settings, stop: StopRequest): Promise<void> {
  const config = compileSettings(settings);
  refuseRoot(config.sandbox, { isRoot: true, isAllowed: config.rootWithoutIsolation });
  if (config.sandbox !== 'process') requireRootRights();
  const user = await openServerUser(config.user);
  await ownDataDir(config.dataDir, user);
  // a server that is stopping removes the run directory, whose name depends on the data directory only
  await untilNotStopping(config.dataDir, {
    clock: systemClock,
    mostMs: mostStopMs(config.drainMs),
    signal: stop.signal,
    onWait: ({ pid }) => void tellParent({ event: 'waiting', pid, dataDir: config.dataDir }),
  });
  if (stop.signal.aborted) process.exit(0);
  const runDir = await openRunDir(config.dataDir, undefined);
  const linkDir = await openLinkDir(runDir, user);
  if (stop.signal.aborted) process.exit(0);

  const server = spawnServer(config, user);
  const orders = new Orders(
    {
      runDir,
      volumesDir: resolve(config.dataDir, 'volumes'),
      rules: agentRules({ config, linkDir, serverUser: user.uid }),
    },
    server,
  );
  server.on('message', (message: object) => {
    if (orders.take(message)) return;
    void (isFailure(message) ? reportFailure(message) : tellParent(message));
  });
  server.once('error', (error) => void end(error.message, 1, null));
  server.once('exit', (code, signal) => void end(undefined, code, signal));
  const begin: LauncherMessage = { event: 'begin', settings, runDir, linkDir };
  server.send(begin);
  // a message, because a signal would kill a server that is not far enough to handle it
  const stopping: LauncherMessage = { event: 'stop' };
  stop.signal.addEventListener('abort', () => server.send(stopping, (error) => error && server.kill('SIGTERM')));
  stop.onSecond(() => server.kill('SIGTERM'));

  async function end(failure: string | undefined, code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    if (failure !== undefined) await reportFailure({ event: 'failed', code: 'server_user', message: failure });
    if (signal !== null) endBy(signal);
    process.exit(code ?? 1);
  }
}

function isFailure(message: object): message is Failed {
  return 'event' in message && message.event === 'failed';
}

/** The server's exit status, for the parent process. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function spawnServer(
  { dataDir, port, gatewayPort, storagePort, apiTls, gatewayTls, storageTls, searchPath }: Config,
  user: ServerUser,
): ChildProcess {
  const main = realpathSync(MAIN);
  const program = programFolder(main);
  const interpreters = interpreterFolders(process.execPath, searchPath);
  const needed = [program, ...interpreters, realpathSync(dataDir), dataDir];
  const closed = closedFolders(needed, user, (path) => statSync(path));
  if (!canReadBelow(program, main, user, (path) => statSync(path))) {
    throw new StartupError('server_user', `the user ${user.name}, as which the server runs, cannot read ${program}`, {
      hint: `Allow it: chmod -R go+rX ${program}. Or keep the rights of root: --user root.`,
    });
  }
  const [first = '', ...args] = serverCommand({
    user,
    ports: [port, gatewayPort, storagePort, ...[apiTls, gatewayTls, storageTls].flatMap((tls) => tls?.port ?? [])],
    closed,
    stage: STAGE,
    command: [process.execPath, ...process.execArgv, main, LAUNCHED],
  });
  return spawn(first, args, {
    env: environmentAt(dataDir),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The outermost folder of a package around the program: its dependencies are in it too. */
function programFolder(main: string): string {
  let found = dirname(main);
  for (let folder = found; folder !== '/'; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) found = folder;
  }
  return found;
}

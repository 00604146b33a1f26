import { pino } from 'pino';
import { type LaunchedParts, type RunningServer, startServer } from './composition/index.ts';
import { type Config, runtimeDirOf } from './config/index.ts';
import { countedLog } from './lib/counted-log.ts';
import { tellParent } from './lib/parent-process.ts';
import type { StopRequest } from './lib/stop-request.ts';
import { ownUserName } from './startup/index.ts';

/** Time for running invocations when the database is lost; their results cannot be stored. */
const LAST_MS = 5_000;
const FLUSH_MS = 200;

/** Runs the server until it is stopped, then ends the process. Rejects when it cannot start. */
export async function serve(config: Config, stop: StopRequest, launched?: LaunchedParts): Promise<void> {
  const destination = pino.destination({ dest: 2, sync: false });
  const { log, errors: errorsLogged } = countedLog({ level: config.logLevel, base: null }, destination);
  stop.onSecond(() => {
    log.warn('server ends at once: second request to stop');
    log.flush(() => process.exit(1));
    setTimeout(() => process.exit(1), FLUSH_MS);
  });
  let server: RunningServer;
  try {
    server = await startServer(config, {
      ...{ log, errorsLogged, runtimeDir: runtimeDirOf() },
      ...{ signal: stop.signal, launched },
      onWait: (pid) => void tellParent({ event: 'waiting', pid, dataDir: config.dataDir }),
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    log.info({ signal: stop.signal.reason }, 'server stopped while it started');
    return log.flush(() => process.exit(0));
  }

  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal: stop.signal.reason }, 'server stopping');
    void server.stop().then(() => {
      log.info('server stopped');
      log.flush(() => process.exit(0));
    });
  };
  stop.signal.addEventListener('abort', end);
  void server.removed.then(() => {
    log.warn('this server was removed from the cluster');
    end();
  });
  if (stop.signal.aborted) return end();
  void server.broken.then((error) => {
    log.fatal({ err: error }, 'nothing can be stored any more: the server ends');
    stopping = true;
    const late = new Promise((resolve) => setTimeout(resolve, LAST_MS));
    void Promise.race([server.stop(), late]).then(() => log.flush(() => process.exit(1)));
  });
  // An unhandled rejection is a bug of the server, but no reason to abort all requests.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));

  const { endpoint, gateway, storage, credentialsFile, sandbox } = server;
  const { driver, degraded } = sandbox;
  await tellParent({
    event: 'ready',
    pid: process.pid,
    user: ownUserName(),
    endpoint,
    gateway,
    storage,
    dataDir: config.dataDir,
    credentialsFile,
    sandbox: { driver, degraded },
  });
}

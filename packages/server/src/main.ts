import { pino } from 'pino';
import { ConfigError, forgetSecrets, loadConfig, runtimeDirOf } from './config/index.ts';
import { type RunningServer, startServer } from './server.ts';

/** What still runs when the database is gone for good gets this long; its outcome could not be stored. */
const LAST_MS = 5_000;
const FLUSH_MS = 200;

/** Tells whoever started us; a no-op without an IPC channel. */
function tell(message: object): Promise<void> {
  return new Promise((done) => {
    if (process.send === undefined) done();
    else process.send(message, undefined, {}, () => done());
  });
}

async function fail(error: unknown): Promise<never> {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  const code =
    error instanceof Error && 'code' in error
      ? String(error.code)
      : error instanceof ConfigError
        ? 'CONFIG'
        : 'INTERNAL';
  // a fault with a hint is one that a person can mend; anything else is ours and shows where it happened
  const known = hint !== undefined || error instanceof ConfigError || isListenError(error);
  const text = known || !(error instanceof Error) ? message : (error.stack ?? message);
  process.stderr.write(`fgs: ${text}\n${hint === undefined ? '' : `hint: ${hint}\n`}`);
  await tell({ event: 'failed', code, message, ...(hint === undefined ? {} : { hint }) });
  process.exit(error instanceof ConfigError ? 2 : 1);
}

function isListenError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}

/** A signal that comes while the server starts: it stops as soon as it can be stopped. */
const wanted = new AbortController();

/** A supervisor and our parent may both pass the same signal on. */
const SAME_SIGNAL_MS = 500;
let firstAt = 0;
let endAtOnce = (): void => process.exit(1);

/** The second one ends the server at once: what runs is cut without an answer. */
function stop(reason: NodeJS.Signals | 'disconnect'): void {
  if (!wanted.signal.aborted) {
    firstAt = performance.now();
    wanted.abort(reason);
  } else if (performance.now() - firstAt >= SAME_SIGNAL_MS) endAtOnce();
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// The process that started us is gone, perhaps killed: no other would ever stop this server.
process.on('disconnect', () => stop('disconnect'));

async function run(): Promise<void> {
  const config = loadConfig(process.argv.slice(2));
  forgetSecrets();
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: false }));
  endAtOnce = () => {
    log.warn('server ends at once: it was asked to stop again');
    log.flush(() => process.exit(1));
    setTimeout(() => process.exit(1), FLUSH_MS);
  };
  let server: RunningServer;
  try {
    server = await startServer(config, { log, runtimeDir: runtimeDirOf(), signal: wanted.signal });
  } catch (error) {
    if (!wanted.signal.aborted) throw error;
    log.info({ signal: wanted.signal.reason }, 'server stopped while it started');
    return log.flush(() => process.exit(0));
  }

  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal: wanted.signal.reason }, 'server stopping');
    void server.stop().then(() => {
      log.info('server stopped');
      log.flush(() => process.exit(0));
    });
  };
  wanted.signal.addEventListener('abort', end);
  if (wanted.signal.aborted) return end();
  void server.broken.then((error) => {
    log.fatal({ err: error }, 'nothing can be stored any more: the server ends');
    stopping = true;
    const late = new Promise((resolve) => setTimeout(resolve, LAST_MS));
    void Promise.race([server.stop(), late]).then(() => log.flush(() => process.exit(1)));
  });
  // A promise nobody waits for is a fault of ours, not a reason to drop everybody's requests.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));

  const { endpoint, gateway, credentialsFile, sandbox } = server;
  const { driver, degraded } = sandbox;
  await tell({
    event: 'ready',
    endpoint,
    gateway,
    dataDir: config.dataDir,
    credentialsFile,
    sandbox: { driver, degraded },
  });
}

run().catch(fail);

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { CliError, type Context, EXIT, type ExitCode } from '../framework/index.ts';
import { parseMessage, type ReadyMessage } from './messages.ts';
import { serverProgram } from './server-program.ts';

const LAST_LOG_BYTES = 4096;
const LOG_GRACE_MS = 500;
const NO_NAME = 'The name has no address. Choose an address of this machine with --host: 0.0.0.0 is all of them';
/** For errors of the operating system that the server passes on as they are. */
const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'Another program has the port, perhaps a server that runs already. Choose others: --port, --gateway-port, --storage-port',
  EACCES: 'This user may not take the port: choose one from 1024 on with --port, --gateway-port and --storage-port',
  EADDRNOTAVAIL:
    'No network interface of this machine has that address: ip address lists theirs. Choose one with --host',
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: NO_NAME,
};

export interface ServerOptions {
  /** The server's own command line; without secrets: others can read it. */
  readonly args: readonly string[];
  /** False: the log is kept back, and only its end is shown when the start fails. */
  readonly showLog: boolean;
  /** The server's main file; found beside this package when absent. */
  readonly main?: string;
}

export interface ServerProcess {
  readonly ready: ReadyMessage;
  /** Exit code of the command once the server has ended: 0 after a graceful stop. */
  readonly exited: Promise<ExitCode>;
  /** Asks for a graceful stop; the second call kills. */
  stop(): void;
}

function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    // 'close' waits for the end of the log; a program that inherited the pipe must not block us for ever
    child.once('exit', (code, signal) => setTimeout(() => resolve({ code, signal }), LOG_GRACE_MS).unref());
    child.once('error', () => resolve({ code: 1, signal: null }));
  });
}

/**
 * With hundreds of requests in flight, the default young generation of 16 MB is too small: objects are copied again and
 * again instead of dying. It begins small, unlike that of a command.
 */
const SERVER_FLAGS = ['--min-semi-space-size=1', '--max-semi-space-size=64'];

/**
 * Starts the server as a child with an IPC channel and waits until it accepts calls. Ctrl-C and SIGTERM reach it
 * through the context's signal. Throws CliError with the server's own code and hint when it does not start.
 */
export async function spawnServer(options: ServerOptions, context: Context): Promise<ServerProcess> {
  const main = options.main ?? serverProgram('main');
  // execArgv carries --conditions when this program runs from its sources
  const child = spawn(process.execPath, [...process.execArgv, ...SERVER_FLAGS, main, ...options.args], {
    cwd: context.cwd,
    env: { ...context.env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // its own group: a Ctrl-C on the terminal reaches us alone, and we pass it on once
    detached: true,
  });
  let lastLog = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastLog = (lastLog + chunk.toString('utf8')).slice(-LAST_LOG_BYTES);
    if (options.showLog) void context.stderr.write(chunk);
  });
  const exit = exitOf(child);
  let stops = 0;
  const stop = (): void => {
    stops += 1;
    child.kill(stops === 1 ? 'SIGTERM' : 'SIGKILL');
  };
  context.signal.addEventListener('abort', stop);
  const dropListener = (): void => context.signal.removeEventListener('abort', stop);
  void exit.then(dropListener);
  if (context.signal.aborted) stop();

  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (value: unknown) => {
      const message = parseMessage(value);
      if (message?.event === 'ready') resolve(message);
      if (message?.event === 'waiting') {
        const { pid, dataDir } = message;
        void context.stderr.write(`Waiting for the server with pid ${pid}, which uses ${dataDir} and is stopping\n`);
      }
      if (message?.event === 'failed') {
        reject(
          new CliError(message.message, {
            code: message.code || 'CLI.START',
            hint: message.hint ?? HINTS[message.code],
            exitCode: message.code === 'CONFIG' ? EXIT.usage : EXIT.failure,
          }),
        );
      }
    });
    void exit.then(({ code, signal }) => {
      if (stops > 0)
        reject(
          new CliError('stopped before the server was up', { code: 'CLI.INTERRUPTED', exitCode: EXIT.interrupted }),
        );
      const log = options.showLog || lastLog === '' ? '' : `\n${lastLog.trimEnd()}`;
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      reject(
        new CliError(`the server ended while it started (${how})${log}`, {
          code: 'CLI.START',
          hint: 'Find missing requirements of this machine with: fgs doctor',
        }),
      );
    });
  });
  child.channel?.unref();
  const exited = exit.then(async ({ code, signal }): Promise<ExitCode> => {
    if (code === 0) return EXIT.ok;
    const how = signal === null ? `exit code ${code}` : `signal ${signal} (${constants.signals[signal]})`;
    await context.stderr.write(`the server ended with ${how}\n`);
    return EXIT.failure;
  });
  return { ready, exited, stop };
}

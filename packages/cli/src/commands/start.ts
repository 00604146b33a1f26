import { dataDirOf } from '../connection/index.ts';
import { type Context, defineCommand, type FlagSpecs, type FlagValues, type StreamItem } from '../framework/index.ts';
import { type ServerOptions, type ServerProcess, spawnServer, startSummary } from '../server-process/index.ts';

/** Flags that `start` and `up` hand to the server. */
export const SERVER_FLAGS = {
  'data-dir': { type: 'text', placeholder: 'DIR', summary: 'where functions, events, logs and keys are kept' },
  host: { type: 'text', placeholder: 'ADDRESS', summary: 'address to listen on (the server: 127.0.0.1)' },
  port: { type: 'integer', placeholder: 'PORT', summary: 'port of the API (the server: 8080; 0: any free one)' },
  'gateway-port': {
    type: 'integer',
    placeholder: 'PORT',
    summary: 'port of the gateway (the server: 8081; 0: any free one)',
  },
  sandbox: {
    type: 'text',
    placeholder: 'DRIVER',
    choices: ['auto', 'bubblewrap', 'process'],
    summary: 'isolation of functions; process means none',
  },
  'root-without-isolation': {
    type: 'text',
    placeholder: 'allow',
    choices: ['allow'],
    summary: 'with --sandbox process: root may run functions, which then are root',
  },
  user: {
    type: 'text',
    placeholder: 'NAME',
    summary:
      'the user that the server runs as when root starts it (funcgraph, made when missing; root: none of its own)',
  },
  'memory-budget': {
    type: 'text',
    placeholder: 'SIZE',
    summary: 'memory for all instances in use, such as 8GB (the server: 80 % of the machine)',
  },
  'database-url': {
    type: 'text',
    placeholder: 'URL',
    summary:
      'PostgreSQL in the place of SQLite: postgres://user@host/database, without a password (see FGS_DATABASE_URL)',
  },
  'database-url-file': { type: 'text', placeholder: 'FILE', summary: 'file with that URL, which may have a password' },
  config: { type: 'text', placeholder: 'FILE', summary: 'configuration file of the server' },
  'log-level': {
    type: 'text',
    placeholder: 'LEVEL',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    summary: 'how much the server logs',
  },
} as const satisfies FlagSpecs;

/** What the server is started with. A configuration file may name the data directory, so then no default is forced on it. */
export function serverOptions(
  flags: FlagValues<typeof SERVER_FLAGS>,
  showLog: boolean,
  context: Context,
): ServerOptions {
  const dataDir = flags['data-dir'];
  const fromFile = flags.config !== undefined && dataDir === undefined && !context.env.FGS_DATA_DIR;
  return {
    dataDir: fromFile ? undefined : dataDirOf(dataDir, context),
    host: flags.host,
    port: flags.port,
    gatewayPort: flags['gateway-port'],
    sandbox: flags.sandbox,
    rootWithoutIsolation: flags['root-without-isolation'],
    user: flags.user,
    memoryBudget: flags['memory-budget'],
    logLevel: flags['log-level'],
    config: flags.config,
    databaseUrl: flags['database-url'],
    databaseUrlFile: flags['database-url-file'],
    showLog,
  };
}

async function* follow(server: ServerProcess): AsyncGenerator<StreamItem> {
  yield { text: `${startSummary(server.ready)}\n\nStop it with Ctrl-C.`, data: { ...server.ready } };
  const exitCode = await server.exited;
  yield { text: 'Stopped.', data: { event: 'stopped', exit_code: exitCode }, exitCode };
}

export const start = defineCommand({
  name: 'start',
  summary: 'Run the server until it is stopped; its log goes to standard error',
  flags: SERVER_FLAGS,
  args: [],
  examples: ['fgs start', 'fgs start --data-dir ./data --port 9000 --gateway-port 9001'],
  async run({ flags }, context) {
    const server = await spawnServer(serverOptions(flags, true, context), context);
    return { kind: 'stream', items: follow(server) };
  },
});

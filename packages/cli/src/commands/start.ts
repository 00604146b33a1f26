import { dataDirOf } from '../connection/index.ts';
import { defineCommand, type FlagSpecs, type StreamItem } from '../framework/index.ts';
import { type ServerProcess, spawnServer, startSummary } from '../server-process/index.ts';

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
  config: { type: 'text', placeholder: 'FILE', summary: 'configuration file of the server' },
  'log-level': {
    type: 'text',
    placeholder: 'LEVEL',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    summary: 'how much the server logs',
  },
} as const satisfies FlagSpecs;

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
    const server = await spawnServer(
      {
        dataDir: dataDirOf(flags['data-dir'], context),
        host: flags.host,
        port: flags.port,
        gatewayPort: flags['gateway-port'],
        sandbox: flags.sandbox,
        logLevel: flags['log-level'],
        config: flags.config,
        showLog: true,
      },
      context,
    );
    return { kind: 'stream', items: follow(server) };
  },
});

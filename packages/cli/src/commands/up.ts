import { fileURLToPath } from 'node:url';
import { type ConnectionFlags, connect, findConfig } from '../connection/index.ts';
import { type Context, calledAs, defineCommand, EXIT, flag, type StreamItem } from '../framework/index.ts';
import { type ReadyMessage, type ServerProcess, spawnServer, startSummary } from '../server-process/index.ts';
import { consoleLines } from './console.ts';
import { deployFolder } from './functions/deploy.ts';
import { invokeOnce } from './functions/invoke.ts';
import { findingFlags, SERVER_FLAGS, serverArguments } from './start.ts';

const HELLO = 'hello';
const EVENT = '{"name":"Funcgraph"}';

async function* helloSteps(ready: ReadyMessage, context: Context): AsyncGenerator<StreamItem> {
  const flags: ConnectionFlags = {
    endpoint: ready.endpoint,
    credentials: ready.credentialsFile,
    'data-dir': undefined,
  };
  const connection = await connect(flags, context);
  const params = connection.functionParams(HELLO, 'default');
  // a function of this name may be the user's own by now: it is run, not replaced
  if (await findConfig(connection.client, params, context.signal)) {
    yield { text: `\n${HELLO}: already there`, data: { event: 'deployed', name: HELLO, outcome: 'already there' } };
  } else {
    const deployed = await deployFolder(
      fileURLToPath(new URL('../../../../examples/hello', import.meta.url)),
      {
        ...flags,
        profile: undefined,
        'dry-run': false,
        name: HELLO,
        package: 'default',
        runtime: 'Node.js',
        handler: 'index.handler',
        memory: undefined,
        timeout: undefined,
        env: [],
        dependency: [],
        'env-file': undefined,
        'encrypted-env': [],
        'encrypted-env-file': undefined,
        'unset-env': [],
        initializer: undefined,
        'initializer-timeout': undefined,
        'ephemeral-storage': undefined,
        heartbeat: undefined,
        'pre-stop': undefined,
        'pre-stop-timeout': undefined,
        'return-stream': undefined,
        lanes: undefined,
        agency: undefined,
        'run-agency': undefined,
        'enterprise-project': undefined,
        description: 'The first example',
      },
      context,
    );
    yield { text: `\n${deployed.text}`, data: { event: 'deployed', ...deployed.data } };
  }
  const event = new Uint8Array(Buffer.from(EVENT));
  const request = { name: HELLO, package: 'default', qualifier: undefined, event, log: true };
  const output = await invokeOnce(connection, request, context);
  if (output.kind !== 'bytes') throw new Error('a synchronous invocation answers with bytes');
  const result = Buffer.from(output.bytes).toString('utf8');
  yield {
    text: `${HELLO}(${EVENT}) = ${result}\n${output.note}`,
    data: { event: 'invoked', ...output.data },
    exitCode: output.exitCode ?? EXIT.ok,
  };
}

function nextSteps(found: string, { env }: Context): string {
  const fgs = calledAs(env);
  return [
    '',
    'Next, in another terminal:',
    `  ${fgs} functions invoke hello${found} --data '{"name":"you"}'`,
    `  ${fgs} functions logs hello${found} -f`,
    `  ${fgs} runtimes list${found} --available`,
    `  ${fgs} functions deploy ./my-function${found} --runtime Node.js --handler index.handler`,
    'Stop it with Ctrl-C.',
  ].join('\n');
}

async function* steps(
  server: ServerProcess,
  { once, found }: { readonly once: boolean; readonly found: string },
  context: Context,
): AsyncGenerator<StreamItem> {
  let stopped = false;
  try {
    yield { text: startSummary(server.ready), data: { ...server.ready } };
    yield* helloSteps(server.ready, context);
    if (!once) {
      const links = await consoleLines(server.ready, found, context);
      yield { text: `${links}\n${nextSteps(found, context)}`, data: { event: 'serving' } };
      const exitCode = await server.exited;
      stopped = true;
      yield { text: 'Stopped.', data: { event: 'stopped', exit_code: exitCode }, exitCode };
      return;
    }
  } finally {
    if (!stopped) {
      server.stop();
      await server.exited;
    }
  }
  // an unclean stop makes the run fail; a clean one keeps the exit code of the invocation
  const exitCode = await server.exited;
  if (exitCode !== EXIT.ok) yield { text: '', data: { event: 'stopped', exit_code: exitCode }, exitCode };
}

export const up = defineCommand({
  name: 'up',
  summary: 'Run the server and show that it works: deploys the example hello and calls it',
  flags: {
    once: flag.boolean('stop again after the call; exit code 0 when all worked'),
    verbose: flag.boolean("show the server's log"),
    ...SERVER_FLAGS,
  },
  args: [],
  examples: ['fgs up', 'fgs up --once --data-dir ./data --port 0 --gateway-port 0 --storage-port 0'],
  async run({ flags }, context) {
    const server = await spawnServer({ args: serverArguments(flags, context), showLog: flags.verbose }, context);
    const found = findingFlags(server.ready, flags['data-dir']);
    return { kind: 'stream', items: steps(server, { once: flags.once, found }, context) };
  },
});

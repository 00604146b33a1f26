import { dataDirOf } from '../connection/index.ts';
import {
  type Context,
  defineCommand,
  type FlagSpecs,
  type FlagValues,
  flag,
  type StreamItem,
  usageError,
} from '../framework/index.ts';
import { notifySystemd, type ServerProcess, spawnServer, startSummary } from '../server-process/index.ts';
import { consoleLines } from './console.ts';

/** Flags that `start` and `up` hand to the server. */
export const SERVER_FLAGS = {
  'data-dir': flag.text('DIR', 'where functions, events, logs and keys are kept'),
  host: flag.text('ADDRESS', 'address to listen on (the server: 127.0.0.1)'),
  port: flag.integer('PORT', 'port of the API (the server: 8080; 0: any free one)'),
  'api-tls-dir': flag.text(
    'DIR',
    'certificates of the API: HOST.crt and HOST.key for each host name (see --api-tls-port)',
  ),
  'api-tls-port': flag.integer('PORT', 'port of the API with TLS (the server: 8444 with --api-tls-dir)'),
  'gateway-port': flag.integer('PORT', 'port of the gateway (the server: 8081; 0: any free one)'),
  'gateway-tls-dir': flag.text(
    'DIR',
    'certificates of the gateway: HOST.crt and HOST.key for each host name (see --gateway-tls-port)',
  ),
  'gateway-tls-port': flag.integer('PORT', 'port of the gateway with TLS (the server: 8443 with --gateway-tls-dir)'),
  'gateway-access-log': flag.text(
    'SIZE',
    'writes each request of the gateway into a log of at most this size, such as 1GB',
  ),
  'storage-port': flag.integer('PORT', 'port of buckets (the server: 8082; 0: any free one)'),
  'storage-tls-dir': flag.text('DIR', 'certificates of buckets: HOST.crt and HOST.key for each host name'),
  'storage-tls-port': flag.integer('PORT', 'port of buckets with TLS (the server: 8445 with --storage-tls-dir)'),
  sandbox: flag.text('DRIVER', 'isolation of functions; process means none', {
    choices: ['auto', 'bubblewrap', 'process'],
  }),
  'root-without-isolation': flag.text(
    'allow',
    'with --sandbox process: root may run functions, which then run as root',
    { choices: ['allow'] },
  ),
  user: flag.text(
    'NAME',
    'the user that the server runs as when root starts it (funcgraph, made when missing; root: none of its own)',
  ),
  'memory-budget': flag.text('SIZE', 'memory for all instances in use, such as 8GB (the server: 80 % of the machine)'),
  'database-url': flag.text(
    'URL',
    'PostgreSQL in the place of SQLite: postgres://user@host/database, without a password (see FGS_DATABASE_URL)',
  ),
  'database-url-file': flag.text('FILE', 'file with that URL, which may have a password'),
  'key-file': flag.text('FILE', 'copy of master.key of the first of several servers that share a PostgreSQL database'),
  'cluster-address': flag.text('HOST:PORT', 'where the other servers of the database reach this one'),
  'join-token-file': flag.text('FILE', 'token of fgs cluster token, by which a new server gets the key of the others'),
  artifacts: flag.text(
    'DIR|s3://BUCKET/PREFIX',
    'folder or bucket with the code of functions that those servers share',
  ),
  's3-endpoint': flag.text('URL', 'S3 service with that bucket, such as https://s3.eu-west-1.amazonaws.com'),
  's3-keys-file': flag.text('FILE', 'file with ACCESS_KEY:SECRET_KEY of that service (see FGS_S3_KEYS)'),
  'bucket-folder': flag.text('DIR', 'folder with the bytes of buckets, which those servers mount'),
  'drain-timeout': flag.text(
    'TIME',
    'how long running invocations may continue when the server stops, such as 15m (the server: 30s)',
  ),
  egress: flag.text('on|off', 'whether functions reach the outside (the server: on where it can protect the machine)', {
    choices: ['on', 'off'],
  }),
  'public-url': flag.text('URL', 'address at which others reach the API, such as https://fgs.example.com'),
  'trusted-proxies': flag.text(
    'LIST',
    'addresses and networks whose X-Forwarded-For is trusted, with commas (the server: none)',
  ),
  'oidc-issuer': flag.text(
    'URL',
    'OpenID Connect issuer by which people sign in to the console besides passwords, such as https://login.example.com',
  ),
  'oidc-client-id': flag.text('ID', 'name of this server at that issuer'),
  'oidc-client-secret-file': flag.text('FILE', 'file with the secret of this server at that issuer'),
  'oidc-name': flag.text('NAME', 'name of that issuer on the sign-in page (the server: its host)'),
  'oidc-claim': flag.text('CLAIM', 'claim with the name of the user (the server: preferred_username)'),
  'oidc-ca-file': flag.text('FILE', 'certificates (PEM) that the issuer may have besides those of public authorities'),
  'smtp-url': flag.text(
    'URL',
    'mail server for subscribers of topics: smtps://host, without a password (see FGS_SMTP_URL and --set smtp_from=ADDRESS)',
  ),
  'smtp-url-file': flag.text('FILE', 'file with that URL, which may have a password'),
  'otlp-endpoint': flag.text(
    'URL',
    'OpenTelemetry collector that gets logs, traces and metrics by OTLP over HTTP, such as https://collector:4318',
  ),
  'otlp-headers-file': flag.text('FILE', 'headers of requests to it: Name=value, one on a line (see FGS_OTLP_HEADERS)'),
  set: flag.list('NAME=VALUE', 'any other setting of the server, such as idle_timeout=5m'),
  config: flag.text('FILE', 'configuration file of the server'),
  'log-level': flag.text('LEVEL', 'how much the server logs', {
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
  }),
} as const satisfies FlagSpecs;

const NAMES = Object.keys(SERVER_FLAGS) as (keyof typeof SERVER_FLAGS)[];

/** The server's own command line. A configuration file may name the data directory, so then no default is forced on it. */
export function serverArguments(flags: Partial<FlagValues<typeof SERVER_FLAGS>>, context: Context): string[] {
  const { 'data-dir': dataDir, set = [], ...named } = flags;
  const fromFile = flags.config !== undefined && dataDir === undefined && !context.env.FGS_DATA_DIR;
  const place = fromFile ? [] : ['--data-dir', dataDirOf(dataDir, context)];
  const given = NAMES.flatMap((name) => {
    const value = name === 'data-dir' || name === 'set' ? undefined : named[name];
    return value === undefined ? [] : [`--${name}`, String(value)];
  });
  return [...place, ...given, ...set.map(settingArgument)];
}

/** The same flags as words of `fgs start`, for a start by another program. */
export function startArguments(flags: Partial<FlagValues<typeof SERVER_FLAGS>>, context: Context): string[] {
  const { set = [], ...named } = flags;
  for (const each of set) settingArgument(each);
  return [...serverArguments(named, context), ...set.flatMap((each) => ['--set', each])];
}

/** `drain_timeout=15m` as the server takes it. */
function settingArgument(setting: string): string {
  const [, name, value] = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(setting) ?? [];
  // the value stays out of the message: it may be a secret
  if (name === undefined) throw usageError('--set is not NAME=VALUE', 'Write it as --set idle_timeout=5m.');
  return `--${name.replaceAll('_', '-')}=${value}`;
}

/** By which other commands find a server, whose data directory was given or not. */
export function findingFlags({ dataDir }: ServerProcess['ready'], given: string | undefined): string {
  return given === undefined ? '' : ` --data-dir ${dataDir}`;
}

async function* follow(server: ServerProcess, found: string, context: Context): AsyncGenerator<StreamItem> {
  const links = await consoleLines(server.ready, found, context);
  yield { text: `${startSummary(server.ready)}\n${links}\n\nStop it with Ctrl-C.`, data: { ...server.ready } };
  const exitCode = await server.exited;
  yield { text: 'Stopped.', data: { event: 'stopped', exit_code: exitCode }, exitCode };
}

export const start = defineCommand({
  name: 'start',
  summary: 'Run the server until it is stopped; its log goes to standard error',
  flags: SERVER_FLAGS,
  args: [],
  examples: [
    'fgs start',
    'fgs start --data-dir ./data --port 9000 --gateway-port 9001',
    'fgs start --drain-timeout 15m --set idle_timeout=5m',
  ],
  async run({ flags }, context) {
    const server = await spawnServer({ args: serverArguments(flags, context), showLog: true }, context);
    await notifySystemd(context);
    return { kind: 'stream', items: follow(server, findingFlags(server.ready, flags['data-dir']), context) };
  },
});

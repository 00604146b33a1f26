import { type Client, createClient, formatUrn, parseUrn, type Qualifier } from '@funcgraph/api';
import { type Context, type FlagSpecs, flag, usageError } from '../framework/index.ts';
import { type ConnectionFlags, type Credentials, loadCredentials } from './credentials.ts';
import { dryClient } from './dry-client.ts';

/** Flags of every command that talks to a server. */
export const CONNECTION_FLAGS = {
  endpoint: flag.text('URL', 'address of the server'),
  credentials: flag.text('FILE', 'credentials file to use instead of the environment'),
  profile: flag.text('NAME', 'the same with a profile: fgs profiles list'),
  'data-dir': flag.text('DIR', 'data directory of a local server, for its credentials file'),
  'dry-run': flag.boolean('show what would be changed on the server, and change nothing there'),
} as const satisfies FlagSpecs;

/** Flags of every command about one function. */
export const FUNCTION_FLAGS = {
  package: flag.text('NAME', 'package (app) of the function', { fallback: 'default' }),
  ...CONNECTION_FLAGS,
} as const satisfies FlagSpecs;

export interface Connection {
  readonly client: Client;
  readonly credentials: Credentials;
  /** Path parameters of a function, by name in a package or by a whole URN. */
  functionParams(name: string, pkg: string, qualifier?: string): { project_id: string; function_urn: string };
}

function parseQualifier(text: string): Qualifier {
  const alias = text.startsWith('!');
  return { kind: alias ? 'alias' : 'version', name: alias ? text.slice(1) : text };
}

export async function connect(flags: ConnectionFlags, context: Context): Promise<Connection> {
  const credentials = await loadCredentials(flags, context);
  const { endpoint, accessKey, secretKey, securityToken, projectId, region } = credentials;
  const sender = createClient({
    endpoint,
    auth: { kind: 'key', accessKey, secretKey, securityToken },
    now: context.now,
    ...(context.fetch ? { fetch: context.fetch } : {}),
  });
  const client = context.isDry ? dryClient(sender) : sender;
  return {
    client,
    credentials,
    functionParams(name, pkg, qualifier) {
      const base = name.startsWith('urn:') ? parseUrn(name) : { region, projectId, package: pkg, name };
      if (base === undefined) throw usageError(`not a function URN: ${JSON.stringify(name)}`);
      const urn = formatUrn(qualifier === undefined ? base : { ...base, qualifier: parseQualifier(qualifier) });
      if (parseUrn(urn) === undefined) {
        throw usageError(
          `not a name of a function: ${JSON.stringify(name)}`,
          'letters, digits, _ and -, starting with a letter',
        );
      }
      return { project_id: projectId, function_urn: urn };
    },
  };
}

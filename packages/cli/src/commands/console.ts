import { spawn } from 'node:child_process';
import { CONNECTION_FLAGS, type ConnectionFlags, connect } from '../connection/index.ts';
import { type Context, calledAs, defineCommand, flag } from '../framework/index.ts';
import type { ReadyMessage } from '../server-process/index.ts';

/** A link that signs a browser in as the user of the credentials. */
export async function signInLink(
  flags: ConnectionFlags,
  context: Context,
): Promise<{ url: string; expires_at: string }> {
  const { client } = await connect(flags, context);
  const { data } = await client.call('createConsoleLink', { body: {}, signal: context.signal });
  return data;
}

/**
 * What a start prints about the console: a link, on a terminal. A log that outlives it gets none, and neither does a
 * server without its credentials file. `found`: flags by which other commands find the server.
 */
export async function consoleLines(
  { endpoint, credentialsFile }: ReadyMessage,
  found: string,
  context: Context,
): Promise<string> {
  const command = `${calledAs(context.env)} console${found}`;
  const without = `\n  The console: ${command} prints a link that signs in.`;
  if (!context.stdout.isTTY) return without;
  const flags = { endpoint, credentials: credentialsFile, 'data-dir': undefined };
  try {
    const { url } = await signInLink(flags, context);
    return `\n  The console, signed in once within ten minutes (another link: ${command}):\n  ${url}`;
  } catch {
    return without;
  }
}

const OPENERS: Readonly<Record<string, string>> = { darwin: 'open', linux: 'xdg-open' };

function open(url: string): void {
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  // the link is printed in any case
  child.on('error', () => {});
  child.unref();
}

export const consoleLink = defineCommand({
  name: 'console',
  summary: 'A link to the web console that signs a browser in as the user of the credentials, once, within ten minutes',
  flags: { open: flag.boolean('also open it in the browser of this machine'), ...CONNECTION_FLAGS },
  args: [],
  examples: ['fgs console', 'fgs console --open', 'fgs console --credentials ada.json'],
  async run({ flags }, context) {
    const link = await signInLink(flags, context);
    if (flags.open) open(link.url);
    return { kind: 'message', text: link.url, data: { ...link } };
  },
});

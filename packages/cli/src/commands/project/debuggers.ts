import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '@funcgraph/api';
import { CliError, type Context, type StreamItem } from '../../framework/index.ts';
import { DebuggerDoor } from '../../project/dev/debugger-door.ts';
import { functionSpecs } from '../../project/functions/function-spec.ts';
import type { OpenProject } from './open-project.ts';

const RECONNECT_MS = 500;
/** As in launch configurations of editors; functions of one language have the ports that follow. */
const FIRST_PORTS = [
  { language: 'Node.js', port: 9229 },
  { language: 'Python', port: 5678 },
] as const;

interface Debugged {
  readonly name: string;
  readonly language: string;
  readonly port: number;
}

/** The functions of the project that can be debugged, each with a port of this machine. `first` is that of the first one. */
export function debuggedOf(functions: readonly { name: string; runtime: string }[], first?: number): Debugged[] {
  const next = new Map<string, number>(FIRST_PORTS.map(({ language, port }) => [language, port]));
  let shared = first;
  return functions.flatMap(({ name, runtime }) => {
    const language = FIRST_PORTS.find((one) => runtime.startsWith(one.language))?.language;
    if (language === undefined) return [];
    const port = shared ?? next.get(language) ?? 0;
    if (shared === undefined) next.set(language, port + 1);
    else shared += 1;
    return [{ name, language, port }];
  });
}

/** Leads a port of this machine to the debugger of each function, until Ctrl-C. Rejects when a port is in use. */
export async function attachDebuggers(
  opened: OpenProject,
  first: number | undefined,
  say: (item: StreamItem) => void,
  context: Context,
): Promise<void> {
  const specs = functionSpecs(opened.project, opened.stage);
  const named = specs.map(({ name, fields }) => ({ name, runtime: String(fields.runtime) }));
  const debugged = debuggedOf(named, first);
  if (debugged.length === 0) {
    throw new CliError('no function of the project can be debugged', {
      hint: 'Functions of Node.js and Python can.',
      code: 'CLI.DEBUG',
    });
  }
  await Promise.all(debugged.map((one) => attach(opened, one, say, context)));
}

async function attach(
  { connection: { client, functionParams } }: OpenProject,
  { name, language, port }: Debugged,
  say: (item: StreamItem) => void,
  { signal }: Context,
): Promise<void> {
  const params = functionParams(name, 'default');
  const door = new DebuggerDoor(async (session_id, body) => {
    await client.call('sendToDebugger', { params: { ...params, session_id }, body, signal });
  });
  await listen(door, port);
  signal.addEventListener('abort', () => door.close(), { once: true });
  say({
    text: `${name} | debugger of ${language} at 127.0.0.1:${port}`,
    data: { function: name, debugger: `127.0.0.1:${port}` },
  });
  try {
    while (!signal.aborted) {
      try {
        for await (const news of client.stream('debugFunction', { params, signal })) {
          door.take(news);
          if (news.connection === undefined && news.end === true && news.reason?.startsWith('another') === true) {
            throw new CliError(`${name}: ${news.reason}`, { code: 'CLI.DEBUG' });
          }
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof CliError || (error instanceof ApiError && error.status !== 0)) throw error;
      }
      door.endSession();
      await delay(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    door.close();
  }
}

async function listen(door: DebuggerDoor, port: number): Promise<void> {
  try {
    await door.listen(port);
  } catch (cause) {
    throw new CliError(
      `the port ${port} of this machine cannot be opened for a debugger: ${(cause as Error).message}`,
      {
        hint: 'Give the first of other ports with --inspect-port PORT.',
        code: 'CLI.DEBUG',
        cause,
      },
    );
  }
}

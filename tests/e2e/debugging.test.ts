import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE } from '../functions.ts';
import { runCli, TestServer } from '../server.ts';
import { dev, freePort } from './dev-session.ts';

let server: TestServer;
let folder: string;
let port: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-debugging-'));
  server = await TestServer.start();
  port = await freePort();
  await mkdir(join(folder, 'prices'));
  await writeFile(join(folder, 'prices/index.js'), code(3));
  await mkdir(join(folder, 'rates'));
  await writeFile(join(folder, 'rates/index.py'), 'def handler(event, context):\n    return 1\n');
  await writeFile(
    join(folder, 'funcgraph.yaml'),
    `name: debugged
functions:
  prices: { folder: ./prices, runtime: Node.js, handler: index.handler, timeout: 3, aliases: { live: {} } }
  rates: { folder: ./rates, runtime: Python, handler: index.handler }
`,
  );
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const code = (price: number): string => `exports.handler = async (event, context) => {
  const price = event.factor * ${price};
  return { price };
};
`;

const environment = (): NodeJS.ProcessEnv => ({ FGS_DATA_DIR: server.dataDir });

/** Speaks the protocol of the inspector. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: { result?: Record<string, unknown> }) => void>();
  readonly events: { readonly method: string; readonly params: Record<string, unknown> }[] = [];
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.id === undefined) this.events.push(message);
      else this.#answers.get(message.id)?.(message);
    });
  }

  /** The debugger at a port, once it answers. */
  static async attach(): Promise<Inspector> {
    let address = '';
    const look = async (): Promise<void> => {
      const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
      address = (targets as { webSocketDebuggerUrl: string }[])[0]?.webSocketDebuggerUrl ?? '';
    };
    await expect
      .poll(
        () =>
          look().then(
            () => address,
            () => '',
          ),
        PATIENCE,
      )
      .toMatch(/^ws:/);
    const socket = new WebSocket(address);
    await once(socket, 'open');
    return new Inspector(socket);
  }

  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.#last += 1;
    const id = this.#last;
    const answered = new Promise<{ result?: Record<string, unknown> }>((resolve) => this.#answers.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return (await answered).result ?? {};
  }

  /** The frame in which the code has stopped. */
  async paused(): Promise<string> {
    const found = () => this.events.find(({ method }) => method === 'Debugger.paused')?.params.callFrames;
    await expect.poll(found, PATIENCE).toBeDefined();
    const [frame] = found() as { callFrameId: string }[];
    return frame?.callFrameId ?? '';
  }

  async valueOf(expression: string, callFrameId: string): Promise<unknown> {
    const { result } = await this.send('Debugger.evaluateOnCallFrame', { callFrameId, expression });
    return (result as { value?: unknown }).value;
  }

  detach(): void {
    this.#socket.close();
  }
}

const invoke = (qualifier = 'latest'): ReturnType<typeof runCli> =>
  runCli(['functions', 'invoke', 'prices', '--qualifier', qualifier, '--data', '{"factor":7}'], environment());

test('fgs dev --inspect leads a debugger to the one instance of a function, which does not time out while it is stopped', async () => {
  // warm instances of two earlier versions leave room for the one that is debugged
  const file = join(folder, 'funcgraph.yaml');
  for (const price of [1, 3]) {
    await writeFile(join(folder, 'prices/index.js'), code(price));
    const deployed = await runCli(['deploy', '--yes', '--file', file], environment());
    expect(deployed.exitCode, deployed.stderr).toBe(0);
    expect((await invoke('!live')).stdout.toString()).toContain(`{"price":${7 * price}}`);
  }
  await dev({ file, port, environment: environment() }, async (shown) => {
    await expect.poll(shown, PATIENCE).toContain(`prices | debugger of Node.js at 127.0.0.1:${port}`);
    expect(shown()).toContain(`rates | debugger of Python at 127.0.0.1:${port + 1}`);
    // a function without the package that debugs Python says what to install, and runs
    await expect.poll(shown, PATIENCE).toContain('pip install --target . debugpy');
    expect((await runCli(['functions', 'invoke', 'rates', '--data', '{}'], environment())).stdout.toString()).toContain(
      '1',
    );

    const inspector = await Inspector.attach();
    await inspector.send('Runtime.enable');
    await inspector.send('Debugger.enable');
    await inspector.send('Debugger.setBreakpointByUrl', { urlRegex: 'prices|code/index\\.js$', lineNumber: 2 });
    const invoked = invoke();
    const frame = await inspector.paused();
    expect(await inspector.valueOf('price', frame)).toBe(21);
    // longer than the timeout of the function
    const since = (await inspector.valueOf('Date.now()', frame)) as number;
    await expect
      .poll(async () => ((await inspector.valueOf('Date.now()', frame)) as number) - since, PATIENCE)
      .toBeGreaterThan(4_500);
    await inspector.valueOf('price = 22', frame);
    await inspector.send('Debugger.resume');
    const { stdout, stderr } = await invoked;
    expect(stdout.toString(), stderr).toContain('{"price":22}');

    // saved code runs in another instance with a debugger
    inspector.detach();
    await writeFile(join(folder, 'prices/index.js'), code(4));
    await expect.poll(shown, PATIENCE).toContain('prices: updated');
    await expect.poll(async () => (await invoke()).stdout.toString(), PATIENCE).toContain('{"price":28}');
    (await Inspector.attach()).detach();
  });

  // the function is an ordinary one again
  expect((await invoke()).stdout.toString()).toContain('{"price":28}');
  await expect(fetch(`http://127.0.0.1:${port}/json`)).rejects.toThrow();
});

test('a session is opened for an existing function, and led by its secret id only', async () => {
  const { project_id, region = 'local-1' } = server.credentials as { project_id: string; region?: string };
  const paramsOf = (name: string) => ({
    project_id,
    function_urn: `urn:fss:${region}:${project_id}:function:default:${name}`,
  });
  const opened = server.api.stream('debugFunction', { params: paramsOf('none') });
  await expect(opened.next()).rejects.toMatchObject({ status: 404 });
  const guessed = { ...paramsOf('prices'), session_id: 'f'.repeat(32) };
  const sent = server.api.call('sendToDebugger', { params: guessed, body: { connection: 1, data: 'AAAA' } });
  await expect(sent).rejects.toMatchObject({ status: 404 });
});

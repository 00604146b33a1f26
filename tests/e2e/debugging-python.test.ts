import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PATIENCE } from '../functions.ts';
import { runCli, TestServer } from '../server.ts';
import { DebugAdapter } from './debug-adapter.ts';
import { dev, freePort } from './dev-session.ts';

/** Of Debian's python3-debugpy: what `pip install --target . debugpy` puts beside the code. */
const DEBUGPY = '/usr/lib/python3/dist-packages/debugpy';

const CODE = `def handler(event, context):
    price = event['factor'] * 3
    return {'price': price}
`;

test.skipIf(!existsSync(DEBUGPY))(
  'fgs dev --inspect leads an editor to a Python function: it stops, shows its variables and takes a changed one',
  async () => {
    await using server = await TestServer.start();
    const folder = await mkdtemp(join(tmpdir(), 'funcgraph-debugging-python-'));
    const environment = { FGS_DATA_DIR: server.dataDir };
    try {
      const file = join(folder, 'funcgraph.yaml');
      await mkdir(join(folder, 'rates'));
      await writeFile(join(folder, 'rates/index.py'), CODE);
      await cp(DEBUGPY, join(folder, 'rates/debugpy'), { recursive: true });
      await writeFile(
        file,
        'name: debugged\nfunctions:\n  rates: { folder: ./rates, runtime: Python, handler: index.handler, timeout: 3, memory: 512 }\n',
      );
      const port = await freePort();
      await dev({ file, port, environment }, async (shown) => {
        await expect.poll(shown, PATIENCE).toContain(`rates | debugger of Python at 127.0.0.1:${port}`);
        const adapter = await DebugAdapter.attach(port);
        const pathMappings = [{ localRoot: join(folder, 'rates'), remoteRoot: '/opt/function/code' }];
        const attached = adapter.send('attach', { pathMappings, justMyCode: true });
        await adapter.event('initialized');
        await adapter.request('setBreakpoints', {
          source: { path: join(folder, 'rates/index.py') },
          breakpoints: [{ line: 3 }],
        });
        await adapter.request('configurationDone');
        await adapter.answer(attached);

        const invoked = runCli(['functions', 'invoke', 'rates', '--data', '{"factor":7}'], environment);
        const { threadId } = await adapter.event('stopped');
        const { stackFrames } = await adapter.request('stackTrace', { threadId });
        const [frame] = stackFrames as { id: number; line: number; source: { path: string } }[];
        expect(frame).toMatchObject({ line: 3, source: { path: join(folder, 'rates/index.py') } });
        const frameId = frame?.id;
        const valueOfExpression = async (expression: string) =>
          (await adapter.request('evaluate', { expression, frameId, context: 'watch' })).result;
        expect(await valueOfExpression('price')).toBe('21');
        // longer than the timeout of the function
        const since = Number(await valueOfExpression('__import__("time").monotonic()'));
        await expect
          .poll(async () => Number(await valueOfExpression('__import__("time").monotonic()')) - since, PATIENCE)
          .toBeGreaterThan(4.5);
        await adapter.request('setExpression', { expression: 'price', value: '22', frameId });
        await adapter.request('continue', { threadId });
        const { stdout, stderr } = await invoked;
        expect(JSON.parse(stdout.toString()), stderr).toEqual({ price: 22 });
        adapter.detach();

        // saved code runs in another instance, which a debugger finds at the same place
        await writeFile(join(folder, 'rates/index.py'), CODE.replace('* 3', '* 4'));
        await expect.poll(shown, PATIENCE).toContain('rates: updated');
        const called = async () =>
          (await runCli(['functions', 'invoke', 'rates', '--data', '{"factor":7}'], environment)).stdout.toString();
        await expect.poll(called, PATIENCE).toContain('28');
        (await DebugAdapter.attach(port)).detach();
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

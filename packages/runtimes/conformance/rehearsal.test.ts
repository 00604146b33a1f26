import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Instance } from './harness.ts';
import { CASES, findPython, hostNode, isMissing } from './interpreters.ts';

const ROOT = join(CASES, 'nodejs');
const require = createRequire(import.meta.url);

describe('a Node.js runtime that waits in the pool', () => {
  let instance: Instance | undefined;
  afterEach(async () => {
    await instance?.stop();
    instance = undefined;
  });

  it('serves calls of its own to their end', async () => {
    const { rehearse, CALLS } = require('../nodejs/rehearse.js');
    const answered = await new Promise((resolve) => rehearse(resolve));
    expect([answered, CALLS]).toEqual([20, 20]);
  });

  it('says hello after them, sends nothing of them, and then serves a function as any other', async () => {
    instance = await Instance.start(hostNode().command, ROOT, { FUNCGRAPH_REHEARSE: '1' });
    const { header } = await instance.init(ROOT, 'index.echo');
    expect(header).toMatchObject({ type: 'ready', initMs: 0 });
    expect(await instance.invoke('{"a":1}')).toMatchObject({ code: 0, payload: '{"a":1}', logs: [] });
    expect([instance.logs, instance.raw]).toEqual([[], '']);
  });
});

describe('a Python runtime that waits in the pool', () => {
  let instance: Instance | undefined;
  afterEach(async () => {
    await instance?.stop();
    instance = undefined;
  });

  async function start(root: string, handler: string): Promise<Instance> {
    const found = await findPython('', undefined);
    if (isMissing(found)) throw new Error(found.missing);
    instance = await Instance.start(found.command, root, { FUNCGRAPH_REHEARSE: '1' });
    expect((await instance.init(root, handler)).header).toMatchObject({ type: 'ready' });
    return instance;
  }

  it('has loaded what functions need that log or fail', async () => {
    const { payload } = await (await start(join(CASES, 'python'), 'index.loaded')).invoke('["logging","traceback"]');
    expect(JSON.parse(payload)).toEqual(['logging', 'traceback']);
  });

  it('loads a file of the function that has the name of a module that is loaded', async () => {
    const { payload } = await (await start(join(CASES, 'python', 'dir'), 'string.handler')).invoke('{}');
    expect(payload).toBe('of the function');
  });
});

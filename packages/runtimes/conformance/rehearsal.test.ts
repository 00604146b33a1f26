import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Instance } from './harness.ts';
import { CASES, hostNode } from './interpreters.ts';

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

// node --test node.test.mjs
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { FunctionFailed, startFuncgraph } from '@funcgraph/testing';

let fg;
before(async () => {
  fg = await startFuncgraph();
  await fg.deploy('greeter', { runtime: 'Node.js', handler: 'index.handler', env: { GREETING: 'Welcome' } });
});
after(() => fg.stop());

it('greets by name, and logs whom', async () => {
  const { result } = await fg.invoke('greeter', { name: 'Ada' });
  assert.deepEqual(result, { text: 'Welcome, Ada!' });
  const lines = await fg.logs('greeter');
  assert.ok(lines.some((line) => line.message.includes('greets Ada')));
});

it('refuses an event without a name', async () => {
  await assert.rejects(
    fg.invoke('greeter', {}),
    (error) => error instanceof FunctionFailed && /name must be a text/.test(JSON.stringify(error.result)),
  );
});

it('greets later, too', async () => {
  const id = await fg.invokeAsync('greeter', { name: 'Grace' });
  assert.equal((await fg.waitForAsync('greeter', id)).status, 'SUCCESS');
});

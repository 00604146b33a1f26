// vitest run vitest.test.mjs
import { FunctionFailed, startFuncgraph } from '@funcgraph/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fg;
beforeAll(async () => {
  fg = await startFuncgraph();
  await fg.deploy('greeter', { runtime: 'Node.js', handler: 'index.handler' });
}, 60_000);
afterAll(() => fg.stop(), 60_000);

it('greets by name', async () => {
  expect((await fg.invoke('greeter', { name: 'Ada' })).result).toEqual({ text: 'Hello, Ada!' });
});

it('refuses an event without a name', async () => {
  await expect(fg.invoke('greeter', {})).rejects.toThrow(FunctionFailed);
});

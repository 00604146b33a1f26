// jest --testRegex 'jest\.test\.cjs$'
const { FunctionFailed, startFuncgraph } = require('@funcgraph/testing');

let fg;
beforeAll(async () => {
  fg = await startFuncgraph();
  await fg.deploy('greeter', { runtime: 'Node.js', handler: 'index.handler' });
}, 240_000);
afterAll(() => fg.stop(), 240_000);

test('greets by name', async () => {
  expect((await fg.invoke('greeter', { name: 'Ada' })).result).toEqual({ text: 'Hello, Ada!' });
});

test('refuses an event without a name', async () => {
  await expect(fg.invoke('greeter', {})).rejects.toThrow(FunctionFailed);
});

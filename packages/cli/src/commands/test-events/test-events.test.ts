import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { runCli, serverEnv } from '../../testing/run-cli.ts';

const EVENTS = '/v2/p1/fgs/functions/urn:fss:r1:p1:function:default:hello/events';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
  server.on(`GET ${EVENTS}`, {
    body: { count: 1, events: [{ id: 'e1', name: 'ada', last_modified: 0 }], next_marker: 0 },
  });
  server.on(`GET ${EVENTS}/e1`, {
    body: { id: 'e1', name: 'ada', last_modified: 0, content: base64('{"name":"Ada"}') },
  });
  const content = { user_event: 'x' };
  server.on('GET /v1/event-templates/timer', {
    body: { name: 'timer-event-template', kind: 'TIMER', description: '', content },
  });
});
afterEach(() => server[Symbol.asyncDispose]());

const fgs = (...argv: string[]) => runCli(argv, { env: serverEnv(server.endpoint) });

test('saves an event from text or from a sample, and wants exactly one of them', async () => {
  server.on(`POST ${EVENTS}`, { body: { id: 'e2', name: 'b' } });
  expect((await fgs('test-events', 'create', 'hello', 'b', '--data', '[1]')).stdout).toContain('saved');
  await fgs('test-events', 'create', 'hello', 'b', '--template', 'timer');
  const bodies = server.requests(`POST ${EVENTS}`).map(({ body }) => JSON.parse(body.toString()) as object);
  expect(bodies).toEqual([
    { name: 'b', content: base64('[1]') },
    { name: 'b', content: base64('{"user_event":"x"}') },
  ]);
  expect((await fgs('test-events', 'create', 'hello', 'b')).exitCode).toBe(2);
  expect((await fgs('test-events', 'create', 'hello', 'b', '--data', '1', '--template', 'timer')).exitCode).toBe(2);
});

test('shows, changes and deletes an event by its name, and lists the existing ones for another name', async () => {
  server.on(`PUT ${EVENTS}/e1`, { body: { id: 'e1', name: 'ada' } });
  server.on(`DELETE ${EVENTS}/e1`, { status: 204 });
  expect((await fgs('test-events', 'show', 'hello', 'ada')).stdout).toBe('{"name":"Ada"}');
  expect((await fgs('test-events', 'update', 'hello', 'ada', '--data', '1')).stdout).toContain('changed');
  expect((await fgs('test-events', 'delete', 'hello', 'ada', '--yes')).stdout).toContain('deleted');
  expect(await fgs('test-events', 'show', 'hello', 'bob')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('there are: ada'),
  });
});

test('invokes a function with a saved event or a sample', async () => {
  const path = '/v2/p1/fgs/functions/urn:fss:r1:p1:function:default:hello/invocations';
  server.on(`POST ${path}`, { body: 'ok' });
  expect((await fgs('functions', 'invoke', 'hello', '--test-event', 'ada')).stdout).toContain('ok');
  await fgs('functions', 'invoke', 'hello', '--template', 'timer');
  expect(server.requests(`POST ${path}`).map(({ body }) => body.toString())).toEqual([
    '{"name":"Ada"}',
    '{"user_event":"x"}',
  ]);
  expect((await fgs('functions', 'invoke', 'hello', '--template', 'timer', '--data', '1')).exitCode).toBe(2);
  expect((await fgs('functions', 'invoke', 'hello', '--test-event', 'bob')).exitCode).toBe(2);
});

import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asyncInvocations, deploy, enqueue, logLines, PATIENCE, project, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { type OutcomeEvent, WebhookReceiver } from '../webhook.ts';

/** Logs its event; fails when the event, or its variables, say so. */
const SOURCE = `
let runs = 0;
exports.handler = async (event, context) => {
  runs += 1;
  console.log('got ' + JSON.stringify(event));
  if (event.fail || context.getUserData('fail') === 'yes') throw new Error('asked to fail');
  return { done: event.n ?? 'outcome' };
};`;

let server: TestServer;
let webhook: WebhookReceiver;
let runtime: string;

beforeAll(async () => {
  webhook = await WebhookReceiver.start();
  server = await TestServer.start({ env: { FGS_WEBHOOK_HOSTS: '127.0.0.1' } });
  runtime = await runtimeOf(server, 'Node.js');
});
afterAll(async () => {
  await server?.stop();
  await webhook?.[Symbol.asyncDispose]();
});

const make = (name: string, userData?: Readonly<Record<string, string>>): Promise<string> =>
  deploy(server, { name, runtime, files: { 'index.js': SOURCE }, ...(userData === undefined ? {} : { userData }) });

const toFunction = (urn: string) =>
  new sdk.FuncDestinationConfig()
    .withDestination(sdk.FuncDestinationConfigDestinationEnum.FUNCTIONGRAPH)
    .withParam(JSON.stringify({ func_urn: urn }));
const toWebhook = (path: string) =>
  new sdk.FuncDestinationConfig()
    .withDestination('HTTP' as never)
    .withParam(JSON.stringify({ url: webhook.url(path) }));

interface Settings {
  readonly success?: sdk.FuncDestinationConfig;
  readonly failure?: sdk.FuncDestinationConfig;
  readonly retries?: number;
  readonly statusLog?: boolean;
}

async function configure(of: string, { success, failure, retries = 0, statusLog = false }: Settings): Promise<void> {
  const destinations = new sdk.FuncAsyncDestinationConfig();
  if (success !== undefined) destinations.withOnSuccess(success);
  if (failure !== undefined) destinations.withOnFailure(failure);
  const body = new sdk.UpdateFunctionAsyncInvokeConfigRequestBody()
    .withMaxAsyncRetryAttempts(retries)
    .withDestinationConfig(destinations)
    .withEnableAsyncStatusLog(statusLog);
  await server.sdk.updateFunctionAsyncInvokeConfig(new sdk.UpdateFunctionAsyncInvokeConfigRequest(of).withBody(body));
}

const statusOf = async (of: string, id: string): Promise<string | undefined> =>
  (await asyncInvocations(server, of, { request_id: id }))[0]?.status;

/** Events that a function has logged. */
async function eventsOf(urn: string): Promise<OutcomeEvent[]> {
  const lines = (await logLines(server, urn)).map(({ message }) => /got (\{.*\})/s.exec(message)?.[1]);
  return lines.filter((text) => text !== undefined).map((text) => JSON.parse(text) as OutcomeEvent);
}

const deadLetters = async (urn: string) =>
  (await server.api.call('listDeadLetters', { params: project(server), query: { function_urn: urn } })).data
    .dead_letters;

const letterParams = (id: string) => ({ ...project(server), letter_id: id });

describe('a function as destination', () => {
  it('gets the outcome of a success as an invocation of its own, with the event of the guide', async () => {
    const [first, second, other] = [await make('ok-first'), await make('ok-second'), await make('ok-other')];
    await configure(first, { success: toFunction(second), failure: toFunction(other) });
    const id = await enqueue(server, first, { n: 1 });
    await expect.poll(() => eventsOf(second), PATIENCE).toHaveLength(1);
    const [event] = await eventsOf(second);
    expect(event).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      request_context: {
        request_id: id,
        function_urn: `${first}:latest`,
        condition: '',
        approximate_invoke_count: 0,
      },
      request_payload: '{"n":1}',
      response_context: { status_code: 200, function_error: '' },
      response_payload: '{"done":1}',
    });
    await expect.poll(async () => (await asyncInvocations(server, second))[0]?.status, PATIENCE).toBe('SUCCESS');
    const [run, ...more] = await asyncInvocations(server, second);
    expect(more).toEqual([]);
    expect(run?.request_id).not.toBe(id);
    expect(await eventsOf(other)).toEqual([]);
    expect(await deadLetters(first)).toEqual([]);
  });

  it('gets a failure once, after the last retry', async () => {
    const [first, second] = [await make('bad-first'), await make('bad-second')];
    await configure(first, { failure: toFunction(second), retries: 1 });
    const id = await enqueue(server, first, { fail: true });
    await expect.poll(() => eventsOf(second), PATIENCE).toHaveLength(1);
    const [event] = await eventsOf(second);
    expect(event).toMatchObject({
      request_context: { request_id: id, condition: 'UnhandledInvocationError', approximate_invoke_count: 2 },
      request_payload: '{"fail":true}',
      response_context: { status_code: 500 },
      response_payload: expect.stringContaining('asked to fail'),
    });
    expect(await eventsOf(first)).toHaveLength(2);
    expect(await deadLetters(first)).toMatchObject([
      { id, kind: 'invocation', request_id: id, reason: 'failed', code: 4002, attempts: 2, settled: false },
    ]);
  });

  it('in a loop runs once: the loop is cut, and log and dead letter name it', async () => {
    const [a, b, c] = [await make('loop-a'), await make('loop-b'), await make('loop-c')];
    await configure(a, { success: toFunction(b) });
    await configure(b, { success: toFunction(c) });
    await configure(c, { success: toFunction(a) });
    await enqueue(server, a, { n: 1 });
    await expect.poll(() => deadLetters(c), PATIENCE).toHaveLength(1);
    const [letter] = await deadLetters(c);
    const chain = 'default:loop-a:latest -> default:loop-b:latest -> default:loop-c:latest -> default:loop-a:latest';
    expect(letter).toMatchObject({
      kind: 'delivery',
      reason: 'loop',
      message: `the destinations form a loop: ${chain}`,
      chain: [`${a}:latest`, `${b}:latest`, `${c}:latest`],
      destination: 'FunctionGraph',
    });
    await expect
      .poll(async () => (await logLines(server, c, { level: 'ERROR' })).map(({ message }) => message), PATIENCE)
      .toEqual([expect.stringContaining(chain)]);
    for (const urn of [a, b, c]) expect(await eventsOf(urn), urn).toHaveLength(1);
  });
});

describe('a webhook', () => {
  it('gets the outcome by POST, again when it fails, and the delivery keeps its id', async () => {
    const urn = await make('hook');
    await configure(urn, { success: toWebhook('/ok?key=1'), failure: toWebhook('/bad') });
    let refusals = 1;
    webhook.answer = (_, response) => {
      refusals -= 1;
      response.writeHead(refusals >= 0 ? 503 : 204).end();
    };
    const id = await enqueue(server, urn, { n: 7 });
    await expect.poll(() => webhook.of(id).length, PATIENCE).toBe(2);
    const [first, second] = webhook.of(id);
    expect(first).toMatchObject({
      path: '/ok?key=1',
      headers: { 'content-type': 'application/json', 'x-cff-request-id': id },
      event: { request_payload: '{"n":7}', response_payload: '{"done":7}' },
    });
    expect(second?.headers['x-funcgraph-delivery-id']).toBe(first?.headers['x-funcgraph-delivery-id']);
    const failed = await enqueue(server, urn, { fail: true });
    await expect.poll(() => webhook.of(failed).map(({ path }) => path), PATIENCE).toEqual(['/bad']);
    expect((await deadLetters(urn)).map(({ id: letter }) => letter)).toEqual([failed]);
  });

  it('that refuses leaves a dead letter, which goes to the address that is set later', async () => {
    const urn = await make('moved');
    await configure(urn, { success: toWebhook('/old') });
    webhook.answer = ({ path }, response) => {
      response.writeHead(path === '/old' ? 404 : 204).end('nobody is here');
    };
    const id = await enqueue(server, urn, { n: 8 });
    await expect.poll(() => deadLetters(urn), PATIENCE).toHaveLength(1);
    const [letter] = await deadLetters(urn);
    expect(letter).toMatchObject({
      kind: 'delivery',
      request_id: id,
      reason: 'refused',
      message: expect.stringMatching(/answered 404: nobody is here$/),
    });
    await configure(urn, { success: toWebhook('/new') });
    await server.api.call('redriveDeadLetter', { params: letterParams(letter?.id ?? '') });
    await expect.poll(() => webhook.of(id).map(({ path }) => path), PATIENCE).toEqual(['/old', '/new']);
    expect(await deadLetters(urn)).toEqual([]);
  });

  it('inside the own network is refused when it is set, unless it is allowed', async () => {
    const urn = await make('inside');
    const inside = new sdk.FuncDestinationConfig()
      .withDestination('HTTP' as never)
      .withParam(JSON.stringify({ url: 'http://127.0.0.9/' }));
    await expect(configure(urn, { success: inside })).rejects.toMatchObject({
      httpStatusCode: 400,
      errorCode: 'FSS.0400',
      errorMsg: expect.stringContaining("127.0.0.9 is inside the server's own network"),
    });
  });
});

describe('a dead letter', () => {
  it('is redriven once, with a new request id, however often and by how many that is asked', async () => {
    const urn = await make('flaky', { fail: 'yes' });
    await configure(urn, { success: toWebhook('/redriven') });
    webhook.answer = (_, response) => {
      response.writeHead(204).end();
    };
    const old = await enqueue(server, urn, { n: 9 });
    await expect.poll(() => deadLetters(urn), PATIENCE).toHaveLength(1);
    const { data: shown } = await server.api.call('showDeadLetter', { params: letterParams(old) });
    expect(shown).toMatchObject({ id: old, event: '{"n":9}', event_encoding: 'utf8', settled: false, redriven_as: '' });

    await server.sdk.updateFunctionConfig(
      new sdk.UpdateFunctionConfigRequest(urn).withBody(
        new sdk.UpdateFunctionConfigRequestBody('flaky', runtime as never, 10, 'index.handler', 128).withUserData('{}'),
      ),
    );
    const requested = await Promise.all(
      [1, 2, 3].map(() => server.api.call('redriveDeadLetter', { params: letterParams(old) })),
    );
    const answers = [...requested, await server.api.call('redriveDeadLetter', { params: letterParams(old) })];
    const [id = '', ...others] = new Set(answers.map(({ data }) => data.request_id));
    expect(others).toEqual([]);
    expect(answers.map(({ status, data }) => [status, data.redrive_of])).toEqual(answers.map(() => [202, old]));
    await expect.poll(() => statusOf(urn, id), PATIENCE).toBe('SUCCESS');
    await expect.poll(() => webhook.of(id).length, PATIENCE).toBe(1);
    expect(webhook.of(id)[0]?.event).toMatchObject({ request_payload: '{"n":9}', response_payload: '{"done":9}' });
    expect(await eventsOf(urn)).toHaveLength(2);
    expect(await statusOf(urn, old)).toBe('FAIL');
    const { data: settled } = await server.api.call('showDeadLetter', { params: letterParams(old) });
    expect(settled).toMatchObject({ redriven_as: id, settled: true, event: '', event_encoding: 'none' });
    expect((await logLines(server, urn, { request_id: old })).map(({ message }) => message)).toContain(
      `Redrive of request '${old}' as '${id}'`,
    );
  });

  it('comes again when it fails again, and refers to the one before', async () => {
    const urn = await make('still-bad', { fail: 'yes' });
    await configure(urn, {});
    const old = await enqueue(server, urn, { n: 1 });
    await expect.poll(() => deadLetters(urn), PATIENCE).toHaveLength(1);
    const { data } = await server.api.call('redriveDeadLetter', { params: letterParams(old) });
    await expect.poll(() => deadLetters(urn), PATIENCE).toMatchObject([{ id: data.request_id, redrive_of: old }]);
  });

  it('goes with all of its function, page by page, and none is sent twice', async () => {
    const urn = await make('many', { fail: 'yes' });
    await configure(urn, {});
    const ids = await Promise.all(Array.from({ length: 7 }, (_, n) => enqueue(server, urn, { n })));
    await expect.poll(async () => (await deadLetters(urn)).length, PATIENCE).toBe(7);
    const { data } = await server.api.call('redriveFunctionDeadLetters', { params: target(server, urn), body: {} });
    expect(data.refused).toEqual([]);
    expect(data.next_marker).toBeUndefined();
    expect(data.redriven.map((one) => one.redrive_of).sort()).toEqual([...ids].sort());
    const runs = async () => (await asyncInvocations(server, urn)).filter(({ status }) => status === 'FAIL').length;
    await expect.poll(runs, PATIENCE).toBe(14);
  });

  it('that is deleted is not sent again, and others cannot see it', async () => {
    const urn = await make('dropped', { fail: 'yes' });
    await configure(urn, {});
    const id = await enqueue(server, urn, { n: 1 });
    await expect.poll(() => deadLetters(urn), PATIENCE).toHaveLength(1);
    await expect(
      server.api.call('showDeadLetter', { params: { project_id: 'other', letter_id: id } }),
    ).rejects.toMatchObject({ status: 403 });
    expect((await server.api.call('deleteDeadLetter', { params: letterParams(id) })).status).toBe(204);
    expect(await deadLetters(urn)).toEqual([]);
    for (const operation of ['redriveDeadLetter', 'deleteDeadLetter'] as const) {
      await expect(server.api.call(operation, { params: letterParams(id) })).rejects.toMatchObject({ status: 404 });
    }
    await expect(server.api.call('showDeadLetter', { params: letterParams('nothing') })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('is thrown away with all of its function, also of a deleted one, and with no other', async () => {
    const [urn, other] = [await make('purged', { fail: 'yes' }), await make('kept', { fail: 'yes' })];
    for (const one of [urn, urn, other]) {
      await configure(one, {});
      await enqueue(server, one, { n: 1 });
    }
    await expect.poll(async () => (await deadLetters(urn)).length, PATIENCE).toBe(2);
    await expect.poll(async () => (await deadLetters(other)).length, PATIENCE).toBe(1);
    await server.api.call('deleteFunction', { params: target(server, urn) });
    const purge = () => server.api.call('deleteFunctionDeadLetters', { params: target(server, urn) });
    expect((await purge()).data).toEqual({ deleted: 2 });
    expect((await purge()).data).toEqual({ deleted: 0 });
    expect(await deadLetters(other)).toHaveLength(1);
  });

  it('of a function that is deleted stays, and explains why it cannot be redriven', async () => {
    const urn = await make('away', { fail: 'yes' });
    await configure(urn, {});
    const id = await enqueue(server, urn, { n: 1 });
    await expect.poll(() => deadLetters(urn), PATIENCE).toHaveLength(1);
    await server.api.call('deleteFunction', { params: target(server, urn) });
    expect(await deadLetters(urn)).toHaveLength(1);
    await expect(server.api.call('redriveDeadLetter', { params: letterParams(id) })).rejects.toMatchObject({
      status: 404,
      code: 'FSS.1051',
    });
    expect(await deadLetters(urn)).toHaveLength(1);
  });
});

it('the log has each change of status of a function that wants it', async () => {
  const urn = await make('status');
  await configure(urn, { statusLog: true, retries: 1 });
  const id = await enqueue(server, urn, { fail: true });
  const reported = async () =>
    (await logLines(server, urn, { request_id: id, keyword: 'Async invocation' })).map(
      ({ message }) => message.split(': ')[1],
    );
  await expect
    .poll(reported, PATIENCE)
    .toEqual(['WAIT', 'RUNNING, attempt 1', 'WAIT, next attempt in 1000 ms', 'RUNNING, attempt 2', 'FAIL, code 4002']);
});

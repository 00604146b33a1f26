import { createClient } from '@funcgraph/api';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestAccount } from '../test-account.ts';
import { refusal } from './answers.ts';

let server: TestAccount;
let runtime: string;

/** What really came over the wire. */
interface Wire {
  readonly id: string;
  readonly name: string;
  readonly content: string;
  readonly last_modified: number;
  readonly func_urn: string;
  readonly count: number;
  readonly events: readonly Wire[];
}
const wire = async (work: Promise<object>): Promise<Wire> => (await work) as Wire;

const JSON_TYPE = 'application/json';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function createFunction(name: string): Promise<string> {
  const body = new sdk.CreateFunctionRequestBody(name, 'default', runtime as never, 10, 'index.handler', 128);
  return (await wire(server.sdk.createFunction(new sdk.CreateFunctionRequest().withBody(body)))).func_urn;
}

const create = (urn: string, name: string, text = '{"a":1}') =>
  wire(
    server.sdk.createEvent(
      new sdk.CreateEventRequest(urn).withBody(new sdk.CreateEventRequestBody(name, base64(text))),
    ),
  );
const list = (urn: string) => wire(server.sdk.listEvents(new sdk.ListEventsRequest(urn)));
const show = (urn: string, id: string) => wire(server.sdk.showEvent(new sdk.ShowEventRequest(urn, JSON_TYPE, id)));
const update = (urn: string, id: string, content: string) =>
  wire(
    server.sdk.updateEvent(
      new sdk.UpdateEventRequest(urn, JSON_TYPE, id).withBody(new sdk.UpdateEventRequestBody(content)),
    ),
  );
const remove = (urn: string, id: string) => server.sdk.deleteEvent(new sdk.DeleteEventRequest(urn, JSON_TYPE, id));

beforeAll(async () => {
  server = await TestAccount.open();
  const { endpoint, access_key, secret_key, project_id } = server.credentials;
  const ours = createClient({ endpoint, auth: { kind: 'key', accessKey: access_key, secretKey: secret_key } });
  const { data } = await ours.call('listRuntimeTypes', { params: { project_id } });
  runtime = (data as { type: string }[]).find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
  expect(runtime).not.toBe('');
});

afterAll(async () => {
  await server?.stop();
});

it('saves test events, gives them back as they were written, changes and deletes them', async () => {
  const urn = await createFunction('events');
  const text = '{ "name": "名字",  "n": 1.0 }';
  const made = await create(urn, 'first-event', text);
  expect(made).toMatchObject({ name: 'first-event', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  const shown = await show(urn, made.id);
  expect(shown).toMatchObject({ id: made.id, name: 'first-event', content: base64(text) });
  expect(Math.abs(shown.last_modified * 1000 - Date.now())).toBeLessThan(600_000);
  expect(await update(urn, made.id, base64('[1]'))).toMatchObject({ id: made.id, name: 'first-event' });
  expect((await show(urn, made.id)).content).toBe(base64('[1]'));
  const listed = await list(urn);
  expect(listed).toMatchObject({ count: 1, events: [{ id: made.id, name: 'first-event' }] });
  expect(listed.events[0]).not.toHaveProperty('content');
  expect((await remove(urn, made.id)) as object).toMatchObject({ httpStatusCode: 204 });
  expect(await list(urn)).toMatchObject({ count: 0, events: [] });
});

it('refuses what breaks a rule, each with its code', async () => {
  const urn = await createFunction('refusals');
  const { id } = await create(urn, 'e');
  for (const name of ['', '1a', 'a-', 'a b', 'a'.repeat(26), 'ä']) {
    expect(await refusal(create(urn, name)), name).toEqual([400, 'FSS.1074']);
  }
  expect(await refusal(create(urn, 'e'))).toEqual([403, 'FSS.1073']);
  expect(await refusal(create(urn, 'f', 'no json'))).toEqual([400, 'FSS.1074']);
  expect(await refusal(create(urn, 'f', `"${'x'.repeat(4096)}"`))).toEqual([403, 'FSS.1069']);
  await create(urn, 'f', `"${'x'.repeat(4094)}"`);
  expect(await refusal(update(urn, id, '***'))).toEqual([400, 'FSS.1074']);
  for (const call of [show(urn, 'x'), update(urn, 'x', base64('1')), remove(urn, 'x')]) {
    expect(await refusal(call)).toEqual([404, 'FSS.1070']);
  }
  expect(await refusal(list(urn.replace(':refusals:', ':nothing:')))).toEqual([404, 'FSS.1051']);
});

it('keeps at most ten with a function, also when they are saved at the same moment', async () => {
  const urn = await createFunction('ten');
  const names = Array.from({ length: 14 }, (_, n) => `event${n}`);
  const outcomes = await Promise.allSettled(names.map((name) => create(urn, name)));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as object);
  expect(refused).toHaveLength(4);
  for (const reason of refused) expect(reason).toMatchObject({ httpStatusCode: 403, errorCode: 'FSS.1068' });
  expect((await list(urn)).count).toBe(10);
});

it('deletes them with their function, and shows those of one function only', async () => {
  const [one, two] = [await createFunction('one'), await createFunction('two')];
  const { id } = await create(one, 'mine');
  expect((await list(two)).count).toBe(0);
  expect(await refusal(show(two, id))).toEqual([404, 'FSS.1070']);
  await server.sdk.deleteFunction(new sdk.DeleteFunctionRequest(one.replace(/:latest$/, '')));
  expect((await list(await createFunction('one'))).count).toBe(0);
});

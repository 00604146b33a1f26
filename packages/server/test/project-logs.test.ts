import type { Client } from '@funcgraph/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

const EVER = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };

let server: FakeServer;
let identities: Identities;

beforeAll(async () => {
  server = await FakeServer.start({
    handler(event, { requestId }, peer) {
      peer.log(requestId, event.toString(), 'ERROR');
      return '';
    },
  });
  identities = new Identities(server);
  const orders = await server.deploy('orders');
  const payments = await server.deploy('payments');
  await server.deploy('silent');
  const say = (params: typeof orders, text: string) =>
    server.api.bytes('invokeFunction', { params, body: new TextEncoder().encode(JSON.stringify(text)) });
  await say(orders, 'order 17 created');
  await say(payments, 'order 17 paid');
  await say(orders, 'order 18 created');
});
afterAll(() => server?.[Symbol.asyncDispose]());

type Query = Partial<Record<'keyword' | 'level' | 'limit' | 'cursor' | 'from' | 'to', string>>;

async function search(query: Query = {}, api: Client = server.api) {
  const params = { project_id: server.projectId };
  server.clock.advance(100);
  return (await api.call('searchLogs', { params, query: { ...EVER, ...query } })).data;
}

it('has the lines of all functions with their names, page by page', async () => {
  const found = async () => {
    const { lines } = await search({ keyword: 'ORDER 1', level: 'ERROR' });
    return lines.map((line) => `${line.package}/${line.func_name} ${line.message}`).sort();
  };
  const all = [
    'default/orders "order 17 created"',
    'default/orders "order 18 created"',
    'default/payments "order 17 paid"',
  ];
  await expect.poll(found, { timeout: 120_000 }).toEqual(all);
  const paged: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = await search({ keyword: 'order 1', limit: '1', ...(cursor === '' ? {} : { cursor }) });
    expect(page).toMatchObject({ complete: true });
    paged.push(...page.lines.map(({ package: pkg, func_name, message }) => `${pkg}/${func_name} ${message}`));
    cursor = page.next_cursor;
  }
  expect(paged.sort()).toEqual(all);
});

it('shows a user only the functions whose log is allowed', async () => {
  const statement = (name: string, effect: string) => ({
    Effect: effect,
    Action: ['functiongraph:function:getLog'],
    Resource: [`functiongraph:*:*:function:default/${name}`],
  });
  const names = async (...statements: object[]) => {
    const { api } = await identities.user([await identities.policy(statements)]);
    const { lines } = await search({ keyword: 'order' }, api);
    return [...new Set(lines.map(({ func_name }) => func_name))].sort();
  };
  expect(await names(statement('payments', 'Allow'))).toEqual(['payments']);
  expect(await names(statement('*', 'Allow'), statement('payments', 'Deny'))).toEqual(['orders']);
  expect(await names(statement('silent', 'Allow'))).toEqual([]);
});

it('refuses a user who may read no log, and a user of another account', async () => {
  const { api } = await identities.user([
    await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:function:list'] }]),
  ]);
  expect(await refusal(search({}, api))).toMatchObject({ status: 403 });
  const { data } = await server.api.call('createAccount', { body: { name: 'stranger' } });
  const stranger = identities.keyClient({ accessKey: data.access_key, secretKey: data.secret_key });
  expect(await refusal(search({}, stranger))).toMatchObject({ status: 403 });
});

it.each<[string, Query]>([
  ['no begin', { from: '' }],
  ['a begin that is no time', { from: 'yesterday' }],
  ['an end before the begin', { from: EVER.to, to: EVER.from }],
  ['more lines than a page has', { limit: '501' }],
  ['a level that does not exist', { level: 'LOUD' }],
  ['a cursor that no page had', { cursor: 'W10' }],
])('refuses %s', async (_, query) => {
  expect(await refusal(search(query))).toMatchObject({ status: 400 });
});

it('few searches of a project wait for each other', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => search({ keyword: 'nowhere' })));
  const refused = answers.filter(({ status }) => status === 'rejected');
  for (const answer of refused) expect(answer).toMatchObject({ reason: { status: 429 } });
  expect(refused.length).toBeLessThan(20);
  expect(await search({ keyword: 'nowhere' })).toEqual({ lines: [], complete: true });
});

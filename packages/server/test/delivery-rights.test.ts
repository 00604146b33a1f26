import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

const PATIENCE = { timeout: 120_000, interval: 10 };
const MAY = [{ Effect: 'Allow', Action: ['functiongraph:*:*'] }];
const NOT_NEXT = [
  {
    Effect: 'Deny',
    Action: ['functiongraph:function:invokeAsync'],
    Resource: ['functiongraph:*:*:function:default/next'],
  },
];

type Target = { project_id: string; function_urn: string };

let server: FakeServer;
let identities: Identities;
let first: Target;
let next: Target;

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '1' });
  identities = new Identities(server);
  first = base(await server.deploy('first'));
  next = base(await server.deploy('next'));
});
afterAll(() => server?.[Symbol.asyncDispose]());

const base = (target: Target): Target => ({ ...target, function_urn: target.function_urn.replace(/:latest$/, '') });
const toNext = () => ({
  destination_config: {
    on_success: { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: next.function_urn }) },
  },
});

async function letters(): Promise<readonly { readonly reason: string; readonly message: string }[]> {
  const params = { project_id: server.projectId };
  return (await server.api.call('listDeadLetters', { params })).data.dead_letters;
}

const ran = async (): Promise<number> =>
  (await server.api.call('listAsyncInvocations', { params: next })).data.invocations.length;

/** Runs the first function; the test checks the delivery of its result. */
const run = () => server.api.call('asyncInvokeFunction', { params: first, body: {} });

it('delivers with the right of the user who set the destination, while the user has it', async () => {
  const user = await identities.user([await identities.policy(MAY)]);
  const { data } = await user.api.call('updateFunctionAsyncInvokeConfig', { params: first, body: toNext() });
  expect(data.destination_config.on_success).toEqual(toNext().destination_config.on_success);
  await run();
  await expect.poll(() => ran(), PATIENCE).toBe(1);

  const role_id = await identities.policy(NOT_NEXT);
  await server.api.call('createGrant', { body: { group_id: user.groupId, role_id } });
  await run();
  await expect.poll(() => letters(), PATIENCE).toHaveLength(1);
  expect((await letters())[0]).toMatchObject({
    reason: 'forbidden',
    message: expect.stringContaining(
      'who set the destination may not do functiongraph:function:invokeAsync on function next',
    ),
  });
  expect(await ran()).toBe(1);

  await server.api.call('deleteUser', { params: { user_id: user.id } });
  await run();
  await expect.poll(() => letters(), PATIENCE).toHaveLength(2);
  expect((await letters())[0]?.message).toBe('the user who set the destination is not there any more, or may not act');
});

it('delivers with the right of the agency, where the function has one', async () => {
  const before = (await letters()).length;
  const id = await identities.agency('helper', []);
  await server.api.call('updateFunctionConfig', { params: first, body: { xrole: 'helper' } });
  const set = () => server.api.call('updateFunctionAsyncInvokeConfig', { params: first, body: toNext() });
  const refused = await refusal(set());
  expect(refused).toMatchObject({ status: 403, message: expect.stringContaining('agency helper of the function') });

  const grant = { agency_id: id, role_id: 'functiongraph_full_access' };
  await server.api.call('createGrant', { body: grant });
  await set();
  const already = await ran();
  await run();
  await expect.poll(() => ran(), PATIENCE).toBe(already + 1);

  await server.api.call('deleteGrant', { body: grant });
  await run();
  await expect.poll(() => letters(), PATIENCE).toHaveLength(before + 1);
  expect((await letters())[0]).toMatchObject({
    reason: 'forbidden',
    message: expect.stringContaining('agency helper of the function may not do'),
  });
});

it('lets only those who may write there choose a place in a bucket for results', async () => {
  const Resource = ['OBS:*:*:object:results/daily/*'];
  const put = await identities.policy([{ Effect: 'Allow', Action: ['obs:object:PutObject'], Resource }]);
  const user = await identities.user([await identities.policy(MAY), put]);
  const to = (prefix: string) => {
    const on_success = { destination: 'OBS', param: JSON.stringify({ bucket: 'results', prefix }) };
    const body = { destination_config: { on_success } } as const;
    return user.api.call('updateFunctionAsyncInvokeConfig', { params: next, body });
  };
  await to('daily/');
  expect(await refusal(to('other/'))).toMatchObject({ status: 403, message: expect.stringContaining('PutObject') });
  await server.api.call('updateFunctionConfig', { params: next, body: { xrole: 'helper' } });
  expect(await refusal(to('daily/'))).toMatchObject({
    status: 403,
    message: expect.stringContaining('agency helper of the function may not do obs:object:PutObject'),
  });
});

import { ApiError, type Client } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

// many signed requests take their time on a busy machine
const ROUNDS = 8;

let server: FakeServer;
let identities: Identities;
let api: Client;
beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  api = server.api;
});
afterAll(() => server[Symbol.asyncDispose]());

/** Starts a deletion a few turns after the other requests. Returns each status and text that is neither done nor a clear refusal. */
async function race(round: number, deletion: () => Promise<unknown>, others: readonly Promise<unknown>[]) {
  const deleting = (async () => {
    for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate);
    return deletion();
  })();
  const results = await Promise.allSettled([deleting, ...others]);
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    const { reason } = result;
    if (!(reason instanceof ApiError)) throw reason;
    return [404, 409].includes(reason.status) ? [] : [[reason.status, reason.message]];
  });
}

const user = async (name: string): Promise<string> =>
  (await api.call('createUser', { body: { user: { name } } })).data.user.id;
const group = async (name: string): Promise<string> =>
  (await api.call('createGroup', { body: { group: { name } } })).data.group.id;

describe('a deletion', () => {
  it('of a user races with new keys and memberships without an internal error, and leaves no key', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const user_id = await user(`racer-${round}`);
      const group_id = await group(`racers-${round}`);
      const body = { credential: { user_id } };
      const wrong = await race(round, () => api.call('deleteUser', { params: { user_id } }), [
        api.call('createAccessKey', { body }),
        api.call('addGroupMember', { params: { group_id, user_id } }),
        api.call('createAccessKey', { body }),
      ]);
      expect(wrong).toEqual([]);
      expect((await api.call('listGroupMembers', { params: { group_id } })).data.users).toEqual([]);
    }
  });

  it('of a group, a policy or an agency races with grants without an internal error', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const group_id = await group(`granted-${round}`);
      const agency_id = await identities.agency(`granted-${round}`, []);
      const role_id = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:*:*'] }]);
      const grants = () => [
        api.call('createGrant', { body: { group_id, role_id } }),
        api.call('createGrant', { body: { agency_id, role_id } }),
      ];
      expect(await race(round, () => api.call('deletePolicy', { params: { role_id } }), grants())).toEqual([]);
      expect(await race(round, () => api.call('deleteAgency', { params: { agency_id } }), grants())).toEqual([]);
      expect(await race(round, () => api.call('deleteGroup', { params: { group_id } }), grants())).toEqual([]);
    }
  });

  it('of an account races with new users, keys and projects without an internal error', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { data: account } = await api.call('createAccount', { body: { name: `leaving-${round}` } });
      const admin = identities.keyClient({ accessKey: account.access_key, secretKey: account.secret_key });
      const params = { domain_id: account.domain_id };
      const others = [
        admin.call('createUser', { body: { user: { name: 'late' } } }),
        admin.call('createAccessKey', { body: { credential: {} } }),
        admin.call('createProject', { body: { project: { name: 'late' } } }),
      ];
      const wrong = await race(round, () => api.call('deleteAccount', { params }), others);
      // a key that has ended may not sign
      expect(wrong.filter(([status]) => status !== 401)).toEqual([]);
    }
  });

  it('of a function races with all that belongs to it without an internal error', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { project_id, function_urn: latest } = await server.deploy(`short-lived-${round}`);
      const params = { project_id, function_urn: latest.replace(/:latest$/, '') };
      const tags = [{ key: 'k', value: 'v' }];
      const timer = { name: 'tick', schedule_type: 'Rate', schedule: '1d' };
      const others = [
        api.call('createFunctionVersion', { params, body: { version: 'v1' } }),
        api.call('createVersionAlias', { params, body: { name: 'live', version: 'latest' } }),
        api.call('createEvent', { params, body: { name: 'sample', content: 'e30=' } }),
        api.call('createTags', {
          params: { ...params, resource_type: 'functions', resource_id: params.function_urn },
          body: { action: 'create', tags },
        }),
        api.call('createFunctionTrigger', { params, body: { trigger_type_code: 'TIMER', event_data: timer } }),
        api.call('setFunctionUrl', { params, body: { enabled: true, auth: 'none' } }),
        api.call('updateFunctionReservedInstancesCount', { params, body: { count: 1 } }),
        api.call('updateFunctionAsyncInvokeConfig', { params, body: { max_async_retry_attempts: 1 } }),
        api.call('updateFunctionMaxInstanceConfig', { params, body: { max_instance_num: 2 } }),
      ];
      expect(await race(round, () => api.call('deleteFunction', { params }), others)).toEqual([]);
    }
  });
});

describe('a login', () => {
  it('does not revert the deactivation or deletion of a user at the same time', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { id: user_id, ...login } = await identities.user([]);
      const body = { user: { enabled: false } };
      await Promise.allSettled([identities.login(login), api.call('updateUser', { params: { user_id }, body })]);
      expect((await api.call('showUser', { params: { user_id } })).data.user.enabled).toBe(false);
      const gone = await identities.user([]);
      const params = { user_id: gone.id };
      await Promise.allSettled([identities.login(gone), api.call('deleteUser', { params })]);
      const { users } = (await api.call('listUsers', {})).data;
      expect(users.map(({ id }) => id)).not.toContain(gone.id);
    }
  });
});

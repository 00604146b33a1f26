import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

const MAY_FOLLOW = [{ Effect: 'Allow', Action: ['functiongraph:*:*'] }];

let server: FakeServer;
let identities: Identities;

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '1' });
  identities = new Identities(server);
});
afterAll(() => server?.[Symbol.asyncDispose]());

type Follower = Awaited<ReturnType<Identities['user']>>;
type Target = { project_id: string; function_urn: string };

/** Reasons that end the right of a user to follow the log of a function. */
const ENDINGS: Record<string, (user: Follower, target: Target) => Promise<unknown>> = {
  'is switched off': ({ id }) =>
    server.api.call('updateUser', { params: { user_id: id }, body: { user: { enabled: false } } }),
  'is deleted': ({ id }) => server.api.call('deleteUser', { params: { user_id: id } }),
  'leaves the group with the right': ({ id, groupId }) =>
    server.api.call('removeGroupMember', { params: { group_id: groupId, user_id: id } }),
  'has his key switched off': ({ accessKey }) =>
    server.api.call('updateAccessKey', {
      params: { access_key: accessKey },
      body: { credential: { status: 'inactive' } },
    }),
  'has his key deleted': ({ accessKey }) => server.api.call('deleteAccessKey', { params: { access_key: accessKey } }),
  'follows a function that is deleted': (_, params) => server.api.call('deleteFunction', { params }),
};

it.each(Object.entries(ENDINGS))(
  'a user who %s follows a log for seconds at most',
  async (what, end) => {
    const deployed = await server.deploy(`followed-${Object.keys(ENDINGS).indexOf(what)}`);
    const params = { ...deployed, function_urn: deployed.function_urn.replace(/:latest$/, '') };
    const user = await identities.user([await identities.policy(MAY_FOLLOW)]);
    const lines = user.api.stream('followLogs', { params });
    const first = lines.next();
    // a line that comes shows that the log is followed
    await expect
      .poll(async () => {
        await server.api.call('invokeFunction', { params, body: {} });
        server.clock.advance(100);
        return Promise.race([first.then(({ done }) => done), new Promise((resolve) => setImmediate(resolve, 'waits'))]);
      })
      .toBe(false);
    server.clock.advance(10_000);
    const rest = (async () => {
      for await (const _ of lines);
      return 'ended';
    })();
    expect(await Promise.race([rest, new Promise((resolve) => setTimeout(resolve, 100, 'goes on'))])).toBe('goes on');
    await end(user, params);
    server.clock.advance(2_000);
    expect(await rest).toBe('ended');
  },
  30_000,
);

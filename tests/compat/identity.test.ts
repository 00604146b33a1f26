import { createClient } from '@funcgraph/api';
import { BasicCredentials, Region } from '@huaweicloud/huaweicloud-sdk-core';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { request } from '../functions.ts';
import { refused } from './answers.ts';
import { type CompatServer, startCompatServer } from './server.ts';

let server: CompatServer;

beforeAll(async () => {
  server = await startCompatServer();
});
afterAll(async () => {
  await server?.stop();
});

const admin = () => {
  const { endpoint, access_key, secret_key } = server.credentials;
  return createClient({ endpoint, auth: { kind: 'key', accessKey: access_key, secretKey: secret_key } });
};

async function refusal(work: Promise<unknown>): Promise<[number, string, string]> {
  const { status, code, message } = await refused(work);
  return [status, code, message];
}

it('serves the official client with a temporary key and its security token', async () => {
  const requested = { auth: { identity: { methods: ['token'], token: { duration_seconds: 900 } } } };
  const { credential } = (await admin().call('createTemporaryKey', { body: requested })).data;
  const { endpoint, project_id } = server.credentials;
  const credentials = (securityToken: string) =>
    new BasicCredentials()
      .withAk(credential.access)
      .withSk(credential.secret)
      .withSecurityToken(securityToken)
      .withProjectId(project_id);
  const connect = (securityToken: string) =>
    sdk.FunctionGraphClient.newBuilder().withCredential(credentials(securityToken)).withEndpoint(endpoint).build();
  const good = connect(credential.securitytoken);
  expect(await good.listFunctions(new sdk.ListFunctionsRequest())).toMatchObject({ functions: [], count: 0 });
  const { securitytoken: token } = credential;
  const bad = connect(`${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`);
  expect((await refusal(bad.listFunctions(new sdk.ListFunctionsRequest()))).slice(0, 2)).toEqual([401, 'FSS.0401']);
});

it('answers what the official client asks about projects when it is given a region only', async () => {
  const { endpoint, access_key, secret_key, region, project_id } = server.credentials;
  const credential = new BasicCredentials().withAk(access_key).withSk(secret_key).withIamEndpoint(endpoint);
  const client = sdk.FunctionGraphClient.newBuilder()
    .withCredential(credential)
    .withRegion(new Region(region, endpoint))
    .build();
  expect(await client.listFunctions(new sdk.ListFunctionsRequest())).toMatchObject({ functions: [], count: 0 });
  const byName = async (name: string) => (await admin().call('listProjects', { query: { name } })).data.projects;
  expect(await byName(region)).toMatchObject([{ id: project_id, name: region }]);
  expect((await admin().call('listRegions')).data.regions).toMatchObject([{ id: region, type: 'public' }]);
  const { data } = await admin().call('createProject', { body: { project: { name: region } } });
  expect(await byName(region)).toMatchObject([{ id: data.project.id, name: region }]);
  await admin().call('deleteProject', { params: { project_id: data.project.id } });
});

it('refuses paths without their project, of another project than the headers, and of another region', async () => {
  const { endpoint, access_key, secret_key, region, project_id } = server.credentials;
  const keys = () => new BasicCredentials().withAk(access_key).withSk(secret_key);
  const connect = (credential: BasicCredentials) =>
    sdk.FunctionGraphClient.newBuilder().withCredential(credential).withEndpoint(endpoint).build();
  const nowhere = await refusal(connect(keys()).listFunctions(new sdk.ListFunctionsRequest()));
  expect(nowhere).toEqual([400, 'FSS.0400', expect.stringContaining('the path has {project_id} instead of a value')]);
  const urn = (of: string) => new sdk.ShowFunctionConfigRequest(`urn:fss:${of}:${project_id}:function:default:any`);
  const own = connect(keys().withProjectId(project_id));
  expect((await refusal(own.showFunctionConfig(urn(region)))).slice(0, 2)).toEqual([404, 'FSS.1051']);
  const abroad = await refusal(own.showFunctionConfig(urn('eu-de')));
  expect(abroad).toEqual([400, 'FSS.1309', 'the URN belongs to the region eu-de']);
  const list = await request(
    { endpoint, credentials: server.credentials, api: admin() },
    { method: 'GET', path: `/v2/${project_id}/fgs/functions`, headers: { 'X-Project-Id': 'another' } },
  );
  expect(list).toMatchObject({ status: 400, json: { error_code: 'FSS.0400' } });
});

it('refuses the official client with the right that is missing', async () => {
  const { endpoint, project_id } = server.credentials;
  const { user } = (await admin().call('createUser', { body: { user: { name: 'reader' } } })).data;
  const { group } = (await admin().call('createGroup', { body: { group: { name: 'readers' } } })).data;
  await admin().call('addGroupMember', { params: { group_id: group.id, user_id: user.id } });
  const { roles } = (await admin().call('listPolicies', { query: { display_name: 'FunctionGraph ReadOnlyAccess' } }))
    .data;
  await admin().call('createGrant', { body: { group_id: group.id, role_id: roles[0]?.id ?? '', project_id } });
  const { credential } = (await admin().call('createAccessKey', { body: { credential: { user_id: user.id } } })).data;
  const keys = new BasicCredentials().withAk(credential.access).withSk(credential.secret).withProjectId(project_id);
  const client = sdk.FunctionGraphClient.newBuilder().withCredential(keys).withEndpoint(endpoint).build();
  expect(await client.listFunctions(new sdk.ListFunctionsRequest())).toMatchObject({ count: 0 });
  const urn = `urn:fss:${server.credentials.region}:${project_id}:function:default:any`;
  const [status, code, message] = await refusal(client.deleteFunction(new sdk.DeleteFunctionRequest(urn)));
  expect([status, code]).toEqual([403, 'FSS.0403']);
  expect(message).toContain('functiongraph:function:delete');
});

it('answers identity calls in the forms that Terraform and other clients of IAM read', async () => {
  const { endpoint, user, password, project_id } = server.credentials;
  const login = await fetch(`${endpoint}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json;charset=utf8' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name: user, password, domain: { name: 'default' } } } },
        scope: { project: { id: project_id } },
      },
    }),
  });
  expect(login.status).toBe(201);
  const token = login.headers.get('x-subject-token') ?? '';
  const said = (await login.json()) as { token: Record<string, unknown> };
  expect(said.token).toMatchObject({
    project: { id: project_id, domain: { name: 'default' } },
    user: { name: user },
    roles: expect.arrayContaining([{ id: 'te_admin', name: 'te_admin' }]),
    catalog: [],
  });
  const get = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => {
    const answer = await fetch(endpoint + path, { headers: { 'x-auth-token': token, ...headers } });
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.json();
  };
  expect(await get('/v3/auth/tokens', { 'x-subject-token': token })).toMatchObject({ token: { user: { name: user } } });
  expect(await get('/v3/auth/domains')).toMatchObject({ domains: [{ name: 'default', enabled: true }] });
  expect(await get(`/v3/projects/${project_id}`)).toMatchObject({ project: { id: project_id } });
  expect(await get(`/v3/users?name=${user}`)).toMatchObject({ users: [{ name: user, enabled: true }] });
  expect(await get('/v3/groups?name=admin')).toMatchObject({ groups: [{ name: 'admin' }] });
  expect(await get('/v3/roles?display_name=FunctionGraph%20FullAccess')).toMatchObject({
    roles: [{ display_name: 'FunctionGraph FullAccess', policy: { Version: '1.1' } }],
  });
  expect(await get(`/v2/${project_id}/fgs/service-trusted-agencies`)).toEqual([]);
  expect(await get('/v1/enterprise-projects')).toMatchObject({ enterprise_projects: [{ id: '0', name: 'default' }] });
  const headers = { 'x-auth-token': token, 'x-subject-token': token };
  expect((await fetch(`${endpoint}/v3/auth/tokens`, { method: 'DELETE', headers })).status).toBe(204);
  expect((await fetch(`${endpoint}/v3/auth/domains`, { headers })).status).toBe(401);
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

let server: FakeServer;
let identities: Identities;
let project: { project_id: string };
let count = 0;
let name = '';

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  project = { project_id: server.projectId };
  await server.deploy('hello');
});
afterAll(() => server?.[Symbol.asyncDispose]());
beforeEach(() => {
  count += 1;
  name = `flow-${count}`;
});

/** Start, then the functions in order, or a wait. */
function graph(functions: readonly string[] = ['hello'], more: object = {}) {
  const calls = functions.map((fn, at) => ({ id: `f${at}`, name: `f${at}`, kind: 'function', function: fn }));
  const nodes = calls.length === 0 ? [{ id: 'w', name: 'w', kind: 'wait', seconds: 1 }] : calls;
  const ids = ['start', ...nodes.map(({ id }) => id)];
  return {
    name,
    nodes: [{ id: 'start', name: 'start', kind: 'start' }, ...nodes],
    edges: nodes.map(({ id }, at) => ({ from: ids[at], to: id })),
    ...more,
  };
}
const create = async (more: object = {}, api = server.api) =>
  (await api.call('createWorkflow', { params: project, body: { graph: graph(['hello'], more) } })).data;
const at = (id: string) => ({ ...project, workflow_id: id });
const urnOf = (flow: string) => `urn:fss:local-1:${server.projectId}:workflow:default:${flow}:latest`;
const may = (action: string, resource?: string) =>
  identities.policy([
    { Effect: 'Allow', Action: [action], ...(resource === undefined ? {} : { Resource: [resource] }) },
  ]);

describe('a flow', () => {
  it('is created, shown, changed and deleted', async () => {
    const made = await create({ description: 'one', constants: { a: 1 } });
    expect(made).toMatchObject({ name, description: 'one', workflow_urn: urnOf(name), enable_stream_response: false });
    expect(made.created_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const shown = (await server.api.call('showWorkFlow', { params: at(made.id) })).data;
    expect(shown).toMatchObject({ id: made.id, workflow_urn: urnOf(name), graph: { name, constants: { a: 1 } } });
    expect(shown.graph.nodes).toContainEqual(
      expect.objectContaining({ function: `urn:fss:local-1:${server.projectId}:function:default:hello:latest` }),
    );

    await server.api.call('updateWorkFlow', { params: at(made.id), body: { graph: shown.graph } });
    const changed = { graph: graph([], { mode: 'EXPRESS', log_level: 'NONE', nodes: undefined }) };
    expect((await refusal(server.api.call('updateWorkFlow', { params: at(made.id), body: changed }))).status).toBe(400);
    const { success, fail } = (
      await server.api.call('batchDeleteWorkflows', {
        params: project,
        body: { workflow_urns: [urnOf(name), urnOf('missing'), 'nonsense'] },
      })
    ).data;
    expect(success).toEqual([urnOf(name)]);
    expect(fail.map(({ workflow_urn }) => workflow_urn)).toEqual([urnOf('missing'), 'nonsense']);
    expect((await refusal(server.api.call('showWorkFlow', { params: at(made.id) }))).code).toBe('FSS.0404');
  });

  it('is refused with all rules that it breaks', async () => {
    const broken = graph(['missing', 'hello:v9'], { mode: 'SOMETIMES', constants: 1 });
    const first = await server.api.call('checkWorkflow', { params: project, body: { graph: broken } });
    expect(first.data.violations.map(({ field }) => field).sort()).toEqual(['constants', 'mode']);
    const second = graph(['missing', 'hello:v9']);
    const { data } = await server.api.call('checkWorkflow', { params: project, body: { graph: second } });
    expect(data.violations.map(({ node, field }) => [node, field])).toEqual([
      ['f0', 'function'],
      ['f1', 'function'],
    ]);
    const error = await server.api.call('createWorkflow', { params: project, body: { graph: second } }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'FSS.0400', status: 400, violations: data.violations });
    expect((error as Error).message).toContain('(and 1 more)');
  });

  it('is listed in pages, newest first, by name, mode and enterprise project', async () => {
    const first = `${name}-list`;
    await create({ name: first });
    server.clock.advance(1000);
    await create({ name: `${first}-b`, mode: 'EXPRESS', log_level: 'NONE' });
    const list = async (query: object) => {
      const requested = { workflow_name: first, ...query };
      const { data } = await server.api.call('listWorkflow', { params: project, query: requested });
      return [data.total, data.size, ...data.workflows.map((flow) => flow.name)];
    };
    expect(await list({})).toEqual([2, 2, `${first}-b`, first]);
    expect(await list({ mode: 'NORMAL' })).toEqual([1, 1, first]);
    expect(await list({ limit: '1' })).toEqual([2, 1, `${first}-b`]);
    expect(await list({ limit: '1', offset: '1' })).toEqual([2, 1, first]);
    expect(await list({ limit: '1000', offset: '-5' })).toEqual([2, 2, `${first}-b`, first]);
    expect(await list({ enterprise_project: '0' })).toEqual([2, 2, `${first}-b`, first]);
    expect(await list({ enterprise_project: 'other' })).toEqual([0, 0]);
  });

  it('has a name once, which stays', async () => {
    const { id } = await create();
    expect((await refusal(create())).code).toBe('FSS.0409');
    const renamed = server.api.call('updateWorkFlow', {
      params: at(id),
      body: { graph: graph([], { name: 'other' }) },
    });
    expect((await refusal(renamed)).message).toContain('cannot be renamed');
  });

  it.each([
    [{ name: 'a b' }, 'characters'],
    [{ name: 'x'.repeat(65) }, '64'],
    [{ description: 'x'.repeat(513) }, '512'],
    [{ more: 1 }, 'more'],
    [{ nodes: 'x' }, 'nodes'],
  ])('is refused with %j', async (more, text) => {
    const refused = await refusal(create(more));
    expect([refused.status, refused.message]).toEqual([400, expect.stringContaining(text)]);
  });

  it('prevents the deletion of its project', async () => {
    const { data } = await server.api.call('createProject', { body: { project: { name: `local-1_${name}` } } });
    const params = { project_id: data.project.id };
    await server.api.call('createWorkflow', { params, body: { graph: graph([]) } });
    const refused = await refusal(server.api.call('deleteProject', { params }));
    expect(refused.message).toContain('1 flow');
  });
});

describe('rights on flows', () => {
  it('may be for one flow, by its name', async () => {
    const flow = await create();
    const other = await create({ name: `${name}-other` });
    const { api } = await identities.user([
      await may('functiongraph:workflow:*', `functiongraph:*:*:workflow:default/${name}`),
    ]);
    expect((await api.call('showWorkFlow', { params: at(flow.id) })).data.id).toBe(flow.id);
    expect((await refusal(api.call('showWorkFlow', { params: at(other.id) }))).status).toBe(403);
    const { data } = await api.call('listWorkflow', { params: project });
    expect(data.workflows.map(({ id }) => id)).toEqual([flow.id]);
    const urns = { workflow_urns: [urnOf(`${name}-other`)] };
    const deleted = await api.call('batchDeleteWorkflows', { params: project, body: urns });
    expect(deleted.data).toMatchObject({ success: [], fail: [{ error_detail: expect.stringContaining('FSS.0403') }] });
  });

  it('are refused before a missing flow is distinguished from a hidden one', async () => {
    const flow = await create();
    const { api } = await identities.user([]);
    for (const id of [flow.id, 'missing']) {
      expect((await refusal(api.call('showWorkFlow', { params: at(id) }))).status).toBe(403);
    }
  });

  it('of readers are to see', async () => {
    const flow = await create();
    const { api } = await identities.user(['functiongraph_read_only_access']);
    await api.call('showWorkFlow', { params: at(flow.id) });
    expect((await refusal(api.call('updateWorkFlow', { params: at(flow.id), body: { graph: graph() } }))).status).toBe(
      403,
    );
    expect((await refusal(api.call('createWorkflow', { params: project, body: { graph: graph() } }))).status).toBe(403);
  });

  it('include those on everything that the flow calls', async () => {
    const { api } = await identities.user([await may('functiongraph:workflow:*')]);
    expect((await refusal(create({}, api))).message).toContain('does not exist');
    const reader = await identities.user([await may('functiongraph:workflow:*'), 'functiongraph_read_only_access']);
    expect((await refusal(create({}, reader.api))).message).toContain('may not call the function');
    const able = await identities.user([
      await may('functiongraph:workflow:*'),
      await may('functiongraph:function:invoke', 'functiongraph:*:*:function:default/hello'),
    ]);
    await create({}, able.api);
  });

  it('of an agency need the right to pass it', async () => {
    await identities.agency(`agency-${count}`, ['functiongraph_full_access']);
    const agency = { agency: `agency-${count}` };
    const { api } = await identities.user([await may('functiongraph:*:*')]);
    expect((await refusal(create(agency, api))).message).toContain('iam:agencies:pass');
    await create(agency);
    expect((await refusal(create({ agency: 'missing' }))).message).toContain('missing');
  });

  it('come from the enterprise project of the flow', async () => {
    const { data } = await server.api.call('createEnterpriseProject', { body: { name: `ep-${count}` } });
    const enterprise_project_id = data.enterprise_project.id;
    const flow = await create({ enterprise_project_id });
    const other = await create({ name: `${name}-other` });
    const { api } = await identities.user(['functiongraph_full_access'], { enterprise_project_id });
    expect((await api.call('showWorkFlow', { params: at(flow.id) })).data.id).toBe(flow.id);
    expect((await refusal(api.call('showWorkFlow', { params: at(other.id) }))).status).toBe(403);
    const moved = { graph: graph([]) };
    expect((await refusal(api.call('updateWorkFlow', { params: at(flow.id), body: moved }))).status).toBe(403);
    expect((await refusal(create({ name: 'elsewhere', enterprise_project_id: 'none' }))).message).toContain('none');
  });
});

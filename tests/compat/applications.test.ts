import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { invoke } from '../functions.ts';
import { TestAccount } from '../test-account.ts';
import { refused, wire } from './answers.ts';

let server: TestAccount;

beforeAll(async () => {
  server = await TestAccount.open();
});
afterAll(() => server?.stop());

const refusal = async (work: Promise<unknown>): Promise<number> => (await refused(work)).status;

interface Templates {
  readonly templates: readonly { readonly id: string; readonly name: string }[];
  readonly count: number;
}
interface Shown {
  readonly name: string;
  readonly status: string;
  readonly stack_resources: readonly {
    readonly physical_resource_id: string;
    readonly logical_resource_name: string;
  }[];
}

const create = (body: sdk.CreateFunctionAppRequestBody) =>
  wire<{ application_id: string }>(server.sdk.createFunctionApp(new sdk.CreateFunctionAppRequest().withBody(body)));
const inbox = (name = 'inbox') =>
  new sdk.CreateFunctionAppRequestBody()
    .withName(name)
    .withTemplateId('webhook-inbox')
    .withDescription('what partners send')
    .withParams({ secret: 'hush' });
const list = () =>
  wire<{ applications: { id: string; name: string }[]; count: number }>(
    server.sdk.listFunctionApplications(new sdk.ListFunctionApplicationsRequest()),
  );
const show = (id: string) => wire<Shown>(server.sdk.showFunctionApp(new sdk.ShowFunctionAppRequest(id)));
const remove = (id: string) => server.sdk.deleteFunctionApp(new sdk.DeleteFunctionAppRequest(id));

it('are made of templates that list their parameters', async () => {
  const said = await wire<Templates>(server.sdk.listAppTemplates(new sdk.ListAppTemplatesRequest()));
  expect(said.templates.map(({ id }) => id)).toContain('webhook-inbox');
  const one = await wire<{ name: string; params: string }>(
    server.sdk.showAppTemplate(new sdk.ShowAppTemplateRequest('webhook-inbox')),
  );
  expect(one.name).toBe('Webhook inbox');
  expect(JSON.parse(one.params)).toContainEqual(expect.objectContaining({ name: 'secret', required: true }));
  expect(await refusal(server.sdk.showAppTemplate(new sdk.ShowAppTemplateRequest('nothing')))).toBe(404);
});

it('make functions that run, are listed, and go with them', async () => {
  const { application_id: id } = await create(inbox());
  expect((await list()).applications).toEqual([expect.objectContaining({ id, name: 'inbox' })]);
  const shown = await show(id);
  expect([shown.name, shown.status]).toEqual(['inbox', 'success']);
  expect(shown.stack_resources.map((part) => part.logical_resource_name).sort()).toEqual(['receiver', 'router']);
  const router = shown.stack_resources.find((part) => part.logical_resource_name === 'router');
  const answer = await invoke(server, router?.physical_resource_id ?? '', {});
  expect(answer.status).toBe(200);
  await remove(id);
  expect((await list()).count).toBe(0);
  const { data } = await server.api.call('listFunctions', { params: { project_id: server.credentials.project_id } });
  expect(data.functions).toEqual([]);
});

it.each([
  ['without what the template asks for', 400, inbox('a').withParams({})],
  ['with what it does not ask for', 400, inbox('a').withParams({ secret: 'x', other: 'y' })],
  ['of a template that is not there', 404, inbox('a').withTemplateId('nothing')],
  ['with a name that functions cannot have', 400, inbox('no spaces')],
])('are refused %s, and leave nothing', async (_why, status, body) => {
  expect(await refusal(create(body))).toBe(status);
  expect((await list()).count).toBe(0);
});

it('have a name of their own, also among functions', async () => {
  const { application_id: id } = await create(inbox());
  expect(await refusal(create(inbox()))).toBeGreaterThanOrEqual(400);
  await remove(id);
  expect(await refusal(show(id))).toBe(404);
  expect(await refusal(remove(id))).toBe(404);
});

import { ROUTES, type Route, type RouteId } from '@funcgraph/api';
import { describe, expect, it } from 'vitest';
import type { AuditEntry, Caller, Iam, Question } from '../../iam/index.ts';
import { isNoted, onRecord } from './audit-trail.ts';
import { authorize, authorizeEarly } from './authorization.ts';
import type { RequestParts } from './resource.ts';

const OWN = 'urn:fss:local-1:p1:function:default:prod-own';
const FOREIGN = 'urn:fss:local-1:p1:function:default:one';

/** Every name by which any operation refers to its resource, and those that look like one. */
const PARAMETERS = [
  ...new Set(
    Object.values<Route>(ROUTES).flatMap(({ params, resource }) => [
      ...Object.keys(params.properties),
      ...('fields' in resource ? resource.fields.map((field) => field.split('.').at(-1) ?? '') : []),
    ]),
  ),
  ...['func_urn', 'urn', 'func_name', 'function_name', 'package', 'package_name', 'enterprise_project_id'],
  ...['workflow_urn', 'access', 'display_name', 'id', 'version', '__proto__', 'constructor'],
];

const caller: Caller = {
  userId: 'u1',
  userName: 'user',
  domainId: 'd1',
  principal: { kind: 'user', id: 'u1' },
  accessKey: 'AK',
};

/** The rights checked, and the audit log, after a request. */
async function traces(id: RouteId, parts: RequestParts): Promise<{ questions: unknown[]; entries: unknown[] }> {
  const questions: unknown[] = [];
  const entries: unknown[] = [];
  const iam = {
    authorize: (_caller: Caller, { peer: _, ...question }: Question) => void questions.push(question),
    authorizeAny: (_caller: Caller, question: Question) => void questions.push(question),
    audit: { note: async (entry: AuditEntry) => void entries.push(entry) },
  } as unknown as Iam;
  const route: Route = ROUTES[id];
  const peer = { remoteAddress: '127.0.0.1' };
  const work = async (): Promise<object> => {
    authorizeEarly(iam, route, caller, parts.params);
    authorize(iam, route, caller, { ...parts, peer });
    return {};
  };
  if (isNoted(id, route))
    await onRecord(
      { iam, flowName: async () => undefined },
      { routeId: id, route },
      { id: 'r1', caller, peer, depth: undefined, ...parts },
      work,
    );
  else await work();
  return { questions, entries };
}

/** A client's request, with only the fields that belong to it. */
function proper({ params, resource }: Route): { params: object; query: object; body: object } {
  const value = (name: string): string => (/urn|resource_id/.test(name) ? OWN : name === 'project_id' ? 'p1' : 'mine');
  const query: Record<string, unknown> = {};
  const body: Record<string, unknown> = {};
  if (resource.kind === 'function' && resource.in === 'query') query[resource.field] = OWN;
  if (resource.kind === 'new-function') {
    Object.assign(body, { func_name: 'prod-own', package: 'default', enterprise_project_id: 'e1' });
  }
  if (resource.kind === 'other' && resource.in !== 'path') {
    for (const field of resource.fields) {
      const [outer = '', inner] = field.split('.');
      if (inner === undefined) (resource.in === 'query' ? query : body)[outer] = 'mine';
      else body[outer] = { [inner]: 'mine' };
    }
  }
  const filled = Object.fromEntries(Object.keys(params.properties).map((name) => [name, value(name)]));
  return { params: filled, query, body };
}

const values = [FOREIGN, 'one', { name: 'one', user_id: 'one' }];

describe('the resource of a request', () => {
  it.each(Object.keys(ROUTES) as RouteId[])(
    '%s: no foreign parameter changes the decision or the audit row',
    async (id) => {
      const parts = proper(ROUTES[id]);
      const usual = await traces(id, parts);
      const expected = JSON.stringify(usual);
      const changedBy: string[] = [];
      for (const name of PARAMETERS) {
        for (const value of values) {
          const foreign = JSON.parse(JSON.stringify({ [name]: value })) as object;
          for (const changed of [
            { ...parts, query: { ...foreign, ...parts.query } },
            { ...parts, body: { outer: foreign, ...foreign, ...parts.body } },
          ]) {
            if (JSON.stringify(await traces(id, changed)) !== expected) changedBy.push(name);
          }
        }
      }
      expect(changedBy).toEqual([]);
    },
  );

  it('is the function in the path for each operation that has one there', async () => {
    const inPath = (Object.keys(ROUTES) as RouteId[]).filter((id) => ROUTES[id].path.includes('{function_urn}'));
    expect(inPath.length).toBeGreaterThan(50);
    for (const id of inPath) {
      const { questions } = await traces(id, proper(ROUTES[id]));
      expect([id, questions.at(-1)]).toMatchObject([id, { fn: { package: 'default', name: 'prod-own' } }]);
    }
  });

  it('is the function that a body describes, with its enterprise project, only where one is made', async () => {
    const { questions, entries } = await traces('createFunction', proper(ROUTES.createFunction));
    expect(questions.at(-1)).toEqual({
      action: 'functiongraph:function:create',
      projectId: 'p1',
      fn: { package: 'default', name: 'prod-own' },
      enterpriseProjectId: 'e1',
    });
    expect(entries).toMatchObject([{ resource: 'function:default/prod-own', projectId: 'p1' }]);
    const making = Object.entries<Route>(ROUTES).filter(([, route]) => route.resource.kind === 'new-function');
    expect(making.map(([id]) => id).sort()).toEqual(['createFunction', 'importFunction']);
  });

  it('is named in the audit log by every operation that changes something named', async () => {
    // of the caller alone, of the project alone, or lists of resources
    const unnamed = [
      'createTemporaryKey',
      'revokeToken',
      'grantAgenciesInEnterpriseProjects',
      'withdrawAgenciesInEnterpriseProjects',
      'createConsoleLink',
      'deleteConsoleSession',
      'deleteProject',
      'enableAsyncStatusLog',
      'enableLtsLogs',
      'beginImageUpload',
      'batchCreateSubscriptionsFilterPolices',
      'batchUpdateSubscriptionsFilterPolices',
    ];
    for (const [id, route] of Object.entries<Route>(ROUTES) as [RouteId, Route][]) {
      if (!isNoted(id, route)) continue;
      const isNamed = route.resource.kind !== 'none';
      expect([id, isNamed]).toEqual([id, !unnamed.includes(id)]);
    }
  });

  it('keeps an empty project id, so that it is refused', async () => {
    const { params, ...parts } = proper(ROUTES.listDependencies);
    const { questions } = await traces('listDependencies', { ...parts, params: { ...params, project_id: '' } });
    expect(questions).toMatchObject([{ projectId: '' }, { projectId: '' }]);
  });
});

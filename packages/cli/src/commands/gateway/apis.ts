import { formatFlowUrn, parseFlowUrn } from '@funcgraph/api';
import { flag, usageError } from '../../framework/index.ts';
import { operation, QUALIFIED_FUNCTION, word } from '../../operations/index.ts';
import { APP } from '../gateway-apps.ts';
import { API, GROUP } from './arguments.ts';
import { RULE_FLAGS, rulesOf } from './rules.ts';

const STAGE = ['STAGE', 'stage of the group (RELEASE)', { fallback: 'RELEASE' }] as const;

/** Stays as it is called unless the flag `--name` is given. */
const NAMED_API: typeof API = { ...API, fields: ({ id, name }) => ({ api_id: id, name }) };

/** The function or flow behind an API. A version or alias may be a variable of the stage, `#name#`, which is no part of a URN. */
const BACKEND: typeof QUALIFIED_FUNCTION = {
  ...QUALIFIED_FUNCTION,
  summary: 'name or URN of the function, or of the flow with --flow',
  async find(name, lookup) {
    const { version, alias, flow } = lookup.flags;
    if (flow === true) {
      if (version !== undefined || alias !== undefined) throw usageError('a flow has no versions and no aliases');
      const { region, projectId } = lookup.connection.credentials;
      const urn = parseFlowUrn(name) === undefined ? formatFlowUrn({ region, projectId, name }) : name;
      return { name, project_id: projectId, function_urn: urn };
    }
    const reference = [alias === undefined ? version : `!${alias}`].find((text) => /^!?#.*#$/.test(String(text)));
    if (reference === undefined) return QUALIFIED_FUNCTION.find(name, lookup);
    const flags = { ...lookup.flags, version: undefined, alias: undefined };
    const found = await QUALIFIED_FUNCTION.find(name, { ...lookup, flags });
    return { ...found, function_urn: `${found.function_urn}:${reference}` };
  },
  fields: ({ function_urn }) => ({ backend_urn: function_urn }),
};

const BACKEND_FLAGS = {
  flow: flag.boolean('the API starts a flow, which needs IAM'),
  version: flag.text('VERSION', 'of the function, or a variable of the stage: #NAME#'),
  alias: flag.text('ALIAS', 'of the function, or a variable of the stage: #NAME#'),
};

const DEFINITION_FLAGS = {
  method: ['METHOD', 'GET, POST, PUT, DELETE, HEAD, PATCH, OPTIONS or ANY (ANY)'],
  match: ['MATCH', 'exact: the path alone; prefix: all below it too (exact)'],
  auth: ['AUTH', 'IAM: who may invoke the function; APP: allowed apps; NONE: everybody (IAM)'],
  'timeout-ms': ['MS', 'until the answer begins (5000)'],
  async: 'answer 202 when the request is stored',
  ...BACKEND_FLAGS,
  ...RULE_FLAGS,
} as const;

export const apiCommands = [
  operation('gateway apis create', 'createGatewayApi', {
    summary: 'Add an API to a group: a path that leads to a function or a flow. Requests reach it when it is published',
    args: [GROUP, word('name', 'of the API'), word('path', 'for example /users/{id}'), BACKEND],
    flags: DEFINITION_FLAGS,
    fields: (flags) => rulesOf(flags),
    examples: [
      'fgs gateway apis create shop orders /orders/{id} hello --method GET',
      'fgs gateway apis create shop site / website --match prefix --auth NONE --alias live',
      'fgs gateway apis create shop search /search hello --auth NONE --limit api=500/second --limit address=20/minute',
      'fgs gateway apis create shop refund /refunds approve-refund --flow --method POST',
    ],
    text: ({ name, id }, { group }) =>
      `created API ${name} (${id}); publish it with: fgs gateway apis publish ${group.name} ${name}`,
  }),
  operation('gateway apis list', 'listGatewayApis', {
    args: [GROUP],
    examples: ['fgs gateway apis list shop'],
    rows: ({ apis }) =>
      apis.map((api) => ({
        ...api,
        path: api.match === 'prefix' ? `${api.path.replace(/\/$/, '')}/*` : api.path,
        live: api.published
          .map(({ stage, release, outdated }) => `${stage} ${release}${outdated ? ' (outdated)' : ''}`)
          .join(', '),
      })),
    columns: { name: 'API', method: 'METHOD', path: 'PATH', auth: 'AUTH', live: 'PUBLISHED', backend_urn: 'BACKEND' },
    none: 'no APIs; make one with: fgs gateway apis create GROUP NAME PATH FUNCTION',
  }),
  operation('gateway apis show', 'showGatewayApi', {
    args: [GROUP, API],
    examples: ['fgs gateway apis show shop orders'],
  }),
  operation('gateway apis update', 'updateGatewayApi', {
    summary: 'Replace the definition of an API; what is published stays until it is published again',
    args: [GROUP, NAMED_API, word('path', 'for example /users/{id}'), BACKEND],
    flags: { ...DEFINITION_FLAGS, name: flag.text('NAME', 'a new name') },
    fields: ({ name, ...flags }) => ({ ...(name === undefined ? {} : { name }), ...rulesOf(flags) }),
    examples: ['fgs gateway apis update shop orders /v2/orders/{id} hello --method GET'],
    text: ({ name }, { group }) =>
      `updated API ${name}; publish it with: fgs gateway apis publish ${group.name} ${name}`,
  }),
  operation('gateway apis delete', 'deleteGatewayApi', {
    args: [GROUP, API],
    examples: ['fgs gateway apis delete shop orders --yes'],
    confirm: ({ api }) => `API ${api.name}, also where it is published`,
    text: (_, { api }) => `deleted API ${api.name}`,
    data: (_, { api }) => ({ id: api.id, outcome: 'deleted' }),
  }),
  operation('gateway apis apps', 'listGatewayApiApps', {
    args: [GROUP, API],
    examples: ['fgs gateway apis apps shop orders'],
    rows: ({ apps }) => apps,
    columns: { name: 'APP', app_key: 'KEY', id: 'ID' },
    none: 'no apps; let one call the API with: fgs gateway apis allow GROUP API APP',
  }),
  operation('gateway apis allow', 'allowGatewayApiApp', {
    summary: 'Let an app call an API with --auth APP',
    args: [GROUP, API, APP],
    examples: ['fgs gateway apis allow shop orders partner'],
    text: (_, { api, app }) => `${app.name} may call ${api.name}`,
    data: (_, { api, app }) => ({ api_id: api.id, app_id: app.id, outcome: 'allowed' }),
  }),
  operation('gateway apis disallow', 'disallowGatewayApiApp', {
    summary: 'Let an app call an API no more',
    args: [GROUP, API, APP],
    examples: ['fgs gateway apis disallow shop orders partner'],
    text: (_, { api, app }) => `${app.name} may not call ${api.name} any more`,
    data: (_, { api, app }) => ({ api_id: api.id, app_id: app.id, outcome: 'disallowed' }),
  }),
  operation('gateway apis publish', 'publishGatewayApi', {
    summary: 'Publish an API as it is defined now, or an earlier release of it again',
    args: [GROUP, API],
    flags: {
      stage: STAGE,
      'from-release': ['NUMBER', 'publish this release again'],
      description: ['TEXT', 'for the history'],
    },
    examples: ['fgs gateway apis publish shop orders', 'fgs gateway apis publish shop orders --from-release 3'],
    text: ({ release, stage }, { api }) => `published ${api.name} in ${stage} as release ${release}`,
  }),
  operation('gateway apis unpublish', 'unpublishGatewayApi', {
    args: [GROUP, API],
    flags: { stage: STAGE },
    examples: ['fgs gateway apis unpublish shop orders --yes'],
    confirm: ({ api }) => `what is served of API ${api.name}`,
    text: (_, { api }) => `${api.name} is not served any more`,
    data: (_, { api }) => ({ id: api.id, outcome: 'unpublished' }),
  }),
  operation('gateway apis releases', 'listGatewayReleases', {
    args: [GROUP, API],
    flags: { stage: STAGE },
    examples: ['fgs gateway apis releases shop orders'],
    rows: ({ releases }) =>
      releases.map((one) => ({
        ...one,
        state: one.live ? 'live' : '',
        route: `${one.definition.method} ${one.definition.path}`,
      })),
    columns: {
      ...{ release: 'RELEASE', state: 'STATE', route: 'ROUTE', published_time: 'PUBLISHED', published_by: 'BY' },
      description: 'DESCRIPTION',
    },
    none: 'no releases; publish the API with: fgs gateway apis publish GROUP API',
  }),
];

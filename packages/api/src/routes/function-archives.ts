import { Type } from 'typebox';
import { NEW_FUNCTION } from '../resource.ts';
import { route } from '../route.ts';
import { FunctionParams, ProjectParams } from '../schemas/common.ts';
import { ImportFunctionBody } from '../schemas/function-archive.ts';
import { PublishedVersion } from '../schemas/version.ts';

const FUNCTIONS = '/v2/{project_id}/fgs/functions';

/** A 50 MB archive in Base64 with some room for the rest. */
const ARCHIVE_BODY_BYTES = 70 * 1024 * 1024;

/** SDKs write booleans in several ways; any other value is refused by name. */
const Choice = Type.Optional(Type.String());

export const functionArchiveRoutes = {
  exportFunction: route({
    method: 'GET',
    path: `${FUNCTIONS}/{function_urn}/export`,
    action: 'functiongraph:function:export',
    group: 'function',
    summary:
      'Configuration, code or both of a version as one zip, without aliases and without values of encrypted variables',
    params: FunctionParams,
    query: Type.Object({ config: Choice, code: Choice, type: Choice }),
    responseEncoding: 'raw',
  }),
  importFunction: route({
    method: 'POST',
    path: `${FUNCTIONS}/import`,
    action: 'functiongraph:function:import',
    access: 'any',
    resource: NEW_FUNCTION,
    group: 'function',
    summary: 'Create a function from an archive of exportFunction',
    params: ProjectParams,
    body: ImportFunctionBody,
    bodyLimit: ARCHIVE_BODY_BYTES,
    response: PublishedVersion,
  }),
} as const;

import { Type } from 'typebox';
import { PageInfo, WireText as Text } from './common.ts';
import { GatewayRules } from './gateway-rules.ts';

const Time = Type.String({ description: 'RFC 3339.' });

export const CreateGatewayGroupBody = Type.Object({
  name: Type.String({ description: '1 to 64 letters, digits, _ and -; starts with a letter.' }),
  description: Text('At most 255 characters.'),
});

export const UpdateGatewayGroupBody = Type.Object({
  name: Text('A new name; stays as it is unless set.'),
  description: Text('At most 255 characters; stays as it is unless set.'),
});

export const GatewayGroup = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  hosts: Type.Array(Type.String(), {
    description: 'Requests with one of these names as their host are for the group.',
  }),
  gateway_url: Type.String({ description: 'Address of the gateway, to which DNS or a proxy leads the host names.' }),
  created_time: Time,
});

export const GatewayGroupList = Type.Object({ groups: Type.Array(GatewayGroup) });

export const GatewayApiBody = Type.Object({
  name: Type.String({ description: '1 to 64 letters, digits, _ and -; starts with a letter.' }),
  path: Type.String({ description: 'For example /users/{id}; at most 20 parts.' }),
  method: Text('GET, POST, PUT, DELETE, HEAD, PATCH, OPTIONS or ANY, which it is unless set.'),
  match: Text('exact: the path alone, which it is unless set. prefix: the path and all below it.'),
  auth: Text(
    'IAM, which it is unless set and always for flows: who may invoke the function or start the flow. APP: allowed apps. NONE: everybody.',
  ),
  backend_urn: Type.String({
    description:
      'URN of a function of the project, of a version, of an alias or of a flow; `:#name#` or `:!#name#` takes the version or the alias from a variable of the stage.',
  }),
  timeout_ms: Type.Optional(
    Type.Integer({ description: 'Until the answer begins: 1 to 60000, 5000 unless set. Then 504.' }),
  ),
  async: Type.Optional(Type.Boolean({ description: 'Answer 202 when the request is stored; not for flows.' })),
  rules: Type.Optional(GatewayRules),
});

const Definition = {
  name: Type.String(),
  path: Type.String(),
  method: Type.String(),
  match: Type.String(),
  auth: Type.String(),
  backend_urn: Type.String(),
  timeout_ms: Type.Integer(),
  async: Type.Boolean(),
  rules: Type.Optional(GatewayRules),
};

export const GatewayApi = Type.Object({
  id: Type.String(),
  ...Definition,
  created_time: Time,
  last_updated_time: Time,
  published: Type.Array(
    Type.Object({
      stage: Type.String(),
      release: Type.Integer(),
      published_time: Time,
      outdated: Type.Boolean({ description: 'Whether the release differs from the definition.' }),
    }),
    { description: 'What requests reach now; a changed definition has no effect before it is published.' },
  ),
});

export const GatewayApiApps = Type.Object({
  apps: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), app_key: Type.String() })),
});

export const GatewayApiList = Type.Object({ apis: Type.Array(GatewayApi) });

export const GatewayTriggerApiList = Type.Object({
  apis: Type.Array(
    Type.Object({
      trigger_id: Type.String(),
      name: Type.String(),
      group_id: Type.String({ description: 'Part of the address; triggers need no group of APIs.' }),
      method: Type.String(),
      path: Type.String(),
      match: Type.String(),
      stage: Type.String(),
      auth: Type.String(),
      invoke_url: Type.String(),
      backend_urn: Type.String({ description: 'URN of the version or alias of a function, or of a flow.' }),
      flow_id: Type.Optional(Type.String({ description: 'Of a flow.' })),
    }),
  ),
  page_info: PageInfo,
  count: Type.Integer(),
});

export const GatewayAccessLogPage = Type.Object({
  enabled: Type.Boolean({
    description: 'False on a server without the setting gateway_access_log: no request is noted.',
  }),
  lines: Type.Array(
    Type.Object({
      time: Type.String({ description: 'When the request came: RFC 3339.' }),
      client: Type.String(),
      host: Type.Optional(Type.String()),
      method: Type.Optional(Type.String()),
      path: Type.String({ description: 'Without the query.' }),
      tls: Type.Boolean(),
      status: Type.Integer({ description: '499: the client left before the answer began.' }),
      complete: Type.Boolean({ description: 'False when the answer was cut off.' }),
      bytes: Type.Integer(),
      ms: Type.Number({ description: 'To the end of the answer.' }),
      group_id: Type.Optional(Type.String()),
      api_id: Type.Optional(Type.String()),
      package: Type.Optional(Type.String()),
      func_name: Type.Optional(Type.String()),
      flow: Type.Optional(Type.String()),
      request_id: Type.String(),
    }),
  ),
  complete: Type.Boolean({
    description: 'False when the page ends because the search took too long; the next continues.',
  }),
  next_cursor: Type.Optional(Type.String()),
});

const Variables = Type.Record(Type.String(), Type.String(), {
  description: 'Names and versions or aliases; at most 20. Backends of APIs refer to them as `#name#`.',
});

export const PutGatewayStageBody = Type.Object({
  description: Text('At most 255 characters.'),
  variables: Type.Optional(Variables),
});

export const GatewayStage = Type.Object({ name: Type.String(), description: Type.String(), variables: Variables });

export const GatewayStageList = Type.Object({ stages: Type.Array(GatewayStage) });

export const PublishGatewayApiBody = Type.Object({
  description: Text('At most 255 characters, for the history.'),
  from_release: Type.Optional(
    Type.Integer({ description: 'Publish the definition of an earlier release instead of the present one.' }),
  ),
});

export const GatewayRelease = Type.Object({
  release: Type.Integer({ description: 'Numbers of a group only rise.' }),
  stage: Type.String(),
  live: Type.Boolean(),
  description: Type.String(),
  published_by: Type.String(),
  published_time: Time,
  definition: Type.Object(Definition),
});

export const GatewayReleaseList = Type.Object({ releases: Type.Array(GatewayRelease) });

import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { FunctionParams, Nullable, ProjectParams, WireText } from '../schemas/common.ts';

const FGS = '/v2/{project_id}/fgs';
const FUNCTION = `${FGS}/functions/{function_urn}` as const;

const Text = WireText();
const TracingKey = Nullable(Type.String({ maxLength: 512 }));
const ActionParams = Type.Object({ ...FunctionParams.properties, action: Type.String() });

/**
 * Parts that FunctionGraph leaves to other services of its cloud, as far as they make sense on a self-hosted machine.
 */
export const cloudServiceRoutes = {
  enableLtsLogs: route({
    method: 'POST',
    path: `${FGS}/functions/enable-lts-logs`,
    action: 'functiongraph:function:enableLtsLogs',
    group: 'logs',
    summary: 'Refused because logs of functions are always kept',
    params: ProjectParams,
  }),
  showLtsLogDetails: route({
    method: 'GET',
    path: `${FUNCTION}/lts-log-detail`,
    action: 'functiongraph:function:getLtsLogDetails',
    group: 'logs',
    summary: 'Where the log of a function is',
    params: FunctionParams,
    response: Type.Object({
      group_id: Type.String({ description: 'Of a project; the id of the project.' }),
      group_name: Type.String(),
      stream_id: Type.String({ description: 'Of a function; the id of the function.' }),
      stream_name: Type.String(),
    }),
  }),
  showTracing: route({
    method: 'GET',
    path: `${FUNCTION}/tracing`,
    action: 'functiongraph:function:getTracing',
    group: 'tracing',
    summary: 'Keys for tracing; empty when it is off or was never set',
    params: FunctionParams,
    response: Type.Object({
      tracing_ak: Type.String(),
      tracing_sk: Type.String(),
      traced: Type.Boolean({ description: 'Spans of the function go to the collector of the server, if it has one.' }),
    }),
  }),
  updateTracing: route({
    method: 'PUT',
    path: `${FUNCTION}/tracing`,
    action: 'functiongraph:function:updateTracing',
    group: 'tracing',
    summary: 'Switch the export of spans on with keys, off without',
    params: FunctionParams,
    body: Type.Object({ tracing_ak: TracingKey, tracing_sk: TracingKey }),
  }),
  showFuncSnapshotState: route({
    method: 'GET',
    path: `${FUNCTION}/snapshots/{action}`,
    action: 'functiongraph:function:getSnapshot',
    group: 'snapshots',
    summary: 'Whether there is a snapshot of an initialized function; there never is',
    params: ActionParams,
    response: Type.Object({ state: Type.String(), code: Type.String() }),
  }),
  updateFuncSnapshot: route({
    method: 'POST',
    path: `${FUNCTION}/snapshots/{action}`,
    action: 'functiongraph:function:updateSnapshot',
    group: 'snapshots',
    summary: 'Switch snapshots off; switching them on is refused',
    params: ActionParams,
  }),
  listBridgeFunctions: route({
    method: 'GET',
    path: `${FUNCTION}/servicebridge/relation`,
    action: 'functiongraph:function:listBridge',
    group: 'servicebridge',
    summary: 'Refused: there are no service bridges',
    params: FunctionParams,
    query: Type.Object({ type: Type.Optional(Type.String()) }),
  }),
  listBridgeVersions: route({
    method: 'GET',
    path: `${FGS}/servicebridge/version`,
    action: 'functiongraph:function:listBridge',
    group: 'servicebridge',
    summary: 'Refused: there are no service bridges',
    params: ProjectParams,
    query: Type.Object({ type: Type.Union([Type.Literal('rds'), Type.Literal('mqs'), Type.Literal('cache')]) }),
  }),
  createVpcEndpoint: route({
    method: 'POST',
    path: `${FGS}/vpc-endpoint`,
    action: 'functiongraph:function:createVpcEndpoint',
    resource: namedIn('body', 'vpc_id', 'subnet_id'),
    group: 'vpc-endpoint',
    summary: 'Refused: the server has an address of its own',
    params: ProjectParams,
    body: Type.Object({
      vpc_id: Type.String({ minLength: 1, maxLength: 64 }),
      subnet_id: Type.String({ minLength: 1, maxLength: 64 }),
      flavor: Text,
      xrole: Text,
    }),
  }),
  deleteVpcEndpoint: route({
    method: 'DELETE',
    path: `${FGS}/vpc-endpoint/{vpc_id}/{subnet_id}`,
    action: 'functiongraph:function:deleteVpcEndpoint',
    group: 'vpc-endpoint',
    summary: 'Refused: the server has an address of its own',
    params: Type.Object({ ...ProjectParams.properties, vpc_id: Type.String(), subnet_id: Type.String() }),
  }),
} as const;

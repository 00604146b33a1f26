import { Type } from 'typebox';
import { route } from '../route.ts';

const Server = Type.Object({ server: Type.String({ description: 'Id of the server.' }) });

const ClusterNode = Type.Object({
  id: Type.String({ description: 'That of its data directory: stays the same over restarts.' }),
  name: Type.String(),
  address: Type.Union([Type.String(), Type.Null()], {
    description: 'Of its listener for the other servers; null for one that they do not reach.',
  }),
  version: Type.String(),
  runtimes: Type.Array(Type.String()),
  memory_mb: Type.Union([Type.Integer(), Type.Null()], { description: 'For functions.' }),
  processors: Type.Union([Type.Integer(), Type.Null()]),
  live: Type.Boolean({ description: 'false: it sends no heartbeats, and others take over its work.' }),
  draining: Type.Boolean({ description: 'It takes no new work until it starts again.' }),
  this_server: Type.Boolean({ description: 'The server that answered.' }),
  last_heartbeat: Type.Union([Type.String(), Type.Null()], {
    description: 'RFC 3339, by the clock of the database; null for a server on SQLite.',
  }),
  load: Type.Union(
    [
      Type.Object({
        running: Type.Integer({ description: 'Calls that instances run, or hold in their lanes.' }),
        waiting: Type.Integer({ description: 'Calls that wait for an instance or for the limits of their account.' }),
        instances: Type.Integer(),
        memory_mb: Type.Integer({ description: 'Promised to instances.' }),
      }),
      Type.Null(),
    ],
    { description: 'null for a server that could not be asked.' },
  ),
  leases: Type.Array(Type.String(), { description: 'Work that it does for all servers.' }),
});

/** The servers that share a database. */
export const clusterRoutes = {
  listClusterNodes: route({
    method: 'GET',
    path: '/v1/cluster/nodes',
    action: 'platform:server:list',
    group: 'cluster',
    summary: 'Servers that share the database, with their load and the work that each does for all',
    response: Type.Object({ nodes: Type.Array(ClusterNode) }),
  }),
  drainClusterNode: route({
    method: 'POST',
    path: '/v1/cluster/nodes/{server}/drain',
    action: 'platform:server:update',
    group: 'cluster',
    summary: 'Take a server out of service: it is not ready, and others take over its background work',
    params: Server,
    response: ClusterNode,
  }),
  undrainClusterNode: route({
    method: 'POST',
    path: '/v1/cluster/nodes/{server}/undrain',
    action: 'platform:server:update',
    group: 'cluster',
    summary: 'Put a drained server back into service; its restart does the same',
    params: Server,
    response: ClusterNode,
  }),
  removeClusterNode: route({
    method: 'DELETE',
    path: '/v1/cluster/nodes/{server}',
    action: 'platform:server:delete',
    group: 'cluster',
    summary: 'Remove a server that is gone, or one that is drained and runs no calls, which then stops',
    params: Server,
    status: 204,
  }),
} as const;

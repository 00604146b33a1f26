export { MemberNodes } from './member-nodes.ts';
export { ClusterListener, type NodeHandler, type RouteOptions } from './transport/listener.ts';
export { type NodeAnswer, NodeConnections, type NodeRequest } from './transport/node-connections.ts';
export { Authority } from './trust/authority.ts';
export { AuthorityStore } from './trust/authority-store.ts';
export { Credentials } from './trust/credentials.ts';
export type { ClusterNode, Nodes } from './types.ts';

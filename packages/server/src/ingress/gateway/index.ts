export type { AccessLine } from './access/access-line.ts';
export { AccessLog } from './access/access-log.ts';
export { searchAccess } from './access/access-search.ts';
export { ApiRoutes } from './api-routes.ts';
export { Webhooks } from './events/webhooks.ts';
export { createGateway, type GatewayDeps, stopGateway } from './gateway.ts';
export { GroupRoutes } from './group-routes.ts';
export { RuleGuard } from './rules/rule-guard.ts';

export { ApiRoutes } from './api-routes.ts';
export { createGateway, type GatewayDeps, stopGateway } from './gateway.ts';

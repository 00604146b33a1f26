export { createGateway, type GatewayDeps, stopGateway } from './gateway.ts';

export { functionPath } from './function-path.ts';
export { createGateway, type GatewayDeps, stopGateway } from './gateway.ts';

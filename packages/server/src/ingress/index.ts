export { ExternalObjects } from './api/external-objects.ts';
export { languageOf } from './api/function-templates.ts';
export { readName } from './api/functions-target.ts';
export { type All, type ApiParts, apiHandlers } from './api/index.ts';
export { LinkedObjects } from './api/linked-objects.ts';
export { authorizeNamed, type NamingDeps } from './api/named-resources.ts';
export { OwnObjects } from './api/own-objects.ts';
export { pageOf } from './api/page.ts';
export type { Check } from './api/platform.ts';
export { FlowAccess } from './api/workflows/flow-access.ts';
export { BodyBudget } from './bodies/body-budget.ts';
export { bodyMemoryBytes } from './bodies/body-claims.ts';
export { OutsideClients } from './clients/clients.ts';
export { DoorServers } from './clients/door-servers.ts';
export { BrowserDoor } from './console/browser-door.ts';
export { KnownHosts } from './console/known-hosts.ts';
export { PageFiles } from './console/page-files.ts';
export { ConsolePages } from './console/pages.ts';
export {
  AccessLog,
  ApiRoutes,
  createGateway,
  type GatewayDeps,
  GroupRoutes,
  RuleGuard,
  stopGateway,
  Webhooks,
} from './gateway/index.ts';
export { ApiBodies } from './http/api-bodies.ts';
export { type AppOptions, buildApp } from './http/app.ts';
export type { ApiRequest, Handlers } from './http/handler.ts';
export { HttpMeter } from './http/http-meter.ts';
export { isOfferedInside } from './http/offered-inside.ts';
export { createStorageDoor, type StorageDoorDeps } from './storage/index.ts';
export { Certificates } from './tls/certificates.ts';
export { tlsOptions } from './tls/tls-options.ts';

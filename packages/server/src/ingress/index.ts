export { type ApiParts, apiHandlers } from './api/index.ts';
export type { Check } from './api/platform.ts';
export { BodyBudget } from './bodies/body-budget.ts';
export { bodyMemoryBytes } from './bodies/body-claims.ts';
export { createGateway, stopGateway } from './gateway/index.ts';
export { ApiBodies } from './http/api-bodies.ts';
export { buildApp } from './http/app.ts';
export { HttpMeter } from './http/http-meter.ts';

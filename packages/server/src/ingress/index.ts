export { buildApp } from './http/app.ts';
export type { ApiRequest, Handler, Handlers } from './http/handler.ts';
export { Reply } from './http/handler.ts';

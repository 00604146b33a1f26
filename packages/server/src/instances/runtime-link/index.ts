export type { BodySource } from './link-body.ts';
export type { ChunkReceiver } from './link-stream.ts';
export { listenForLink } from './listen.ts';
export type { HookAnswer, InitResult, LinkLog, LinkResult } from './runtime-link.ts';
export { LinkEnded, RuntimeLink } from './runtime-link.ts';

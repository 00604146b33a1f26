export { LinkViolation } from './frame-decoder.ts';
export type { BodySource } from './link-body.ts';
export { LinkLimits } from './link-limits.ts';
export type { ChunkReceiver } from './link-stream.ts';
export type { HookAnswer, InitResult, LinkCall, LinkLog, LinkResult } from './link-types.ts';
export { LinkEnded } from './link-types.ts';
export { listenForLink } from './listen.ts';
export { LogBudget } from './log-budget.ts';
export { RuntimeLink } from './runtime-link.ts';

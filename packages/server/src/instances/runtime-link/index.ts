export { LinkViolation } from './frame-decoder.ts';
export type { BodySource } from './link-body.ts';
export { LinkLimits } from './link-limits.ts';
export type { ChunkReceiver } from './link-stream.ts';
export { listenForLink } from './listen.ts';
export { LogBudget } from './log-budget.ts';
export type { HookAnswer, InitResult, LinkCall, LinkLog, LinkResult } from './runtime-link.ts';
export { LinkEnded, RuntimeLink } from './runtime-link.ts';

export { FactStore } from './facts/fact-store.ts';
export { type FactQuota, Facts } from './facts/facts.ts';
export { FanOut, type FanOutLease } from './facts/fan-out.ts';
export type { Delivery, Fact, Subscriber } from './facts/types.ts';

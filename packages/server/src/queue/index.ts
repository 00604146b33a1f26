export type { Member, Peers } from '../storage/index.ts';
export type { Usage } from './backlog.ts';
export { BacklogWatch } from './backlog-watch.ts';
export { Coalescer } from './coalescer.ts';
export {
  type DeadLetter,
  DeadLetterBox,
  type DeadLetterPage,
  type DeadLetterRequest,
  type Trimmed,
} from './dead-letter-box.ts';
export { QueueError } from './errors.ts';
export { Queue, type QueueOptions, type ReadyListener } from './queue.ts';
export { SteadyTime } from './steady-time.ts';
export type {
  AtomicStep,
  CancelResult,
  FinishStep,
  JsonObject,
  LeasedMessage,
  LeaseRequest,
  ListRequest,
  Message,
  MessagePage,
  MessageSummary,
  NewLetter,
  NewMessage,
  ReapResult,
} from './types.ts';

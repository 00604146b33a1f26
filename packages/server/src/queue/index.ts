export type { Peers } from '../storage/index.ts';
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
export { Queue } from './queue.ts';
export { SteadyTime } from './steady-time.ts';
export type {
  AtomicStep,
  FinishStep,
  JsonObject,
  LeasedMessage,
  MessageSummary,
  NewLetter,
  NewMessage,
} from './types.ts';

export { QueueError } from './errors.ts';
export { Queue, type QueueOptions, type ReadyListener } from './queue.ts';
export type {
  AtomicStep,
  CancelResult,
  JsonObject,
  LeasedMessage,
  LeaseRequest,
  ListRequest,
  Message,
  MessagePage,
  MessageSummary,
  NewMessage,
  ReapResult,
} from './types.ts';

export type { CallId, Command } from './commands.ts';
export { toJson } from './compose.ts';
export type { EventBody, RunEvent, RunFinished, RunStarted } from './events.ts';
export type { Failure, FailureCode } from './failure.ts';
export { begin, fold } from './fold.ts';
export type { Message, Refusal } from './messages.ts';
export { type RunState, wakeAt } from './state.ts';
export type { StoredValue, Value, Values } from './values.ts';
export type { Work } from './work.ts';

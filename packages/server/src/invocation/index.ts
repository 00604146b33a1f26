export type { RequestHeaders } from './alias-route.ts';
export { type AsyncGauges, AsyncInvocations, type AsyncRecord, type AsyncStatus } from './async/async-invocations.ts';
export { Dispatcher } from './async/dispatcher.ts';
export { Invoker } from './invoker.ts';
export { functionKeyOf, isKeyOf, isStaleKey, runtimeLaunch } from './launch.ts';
export { invokeSummary } from './receipt.ts';
export { RequestLogs } from './request-logs.ts';
export { resolve, versionsOf } from './resolve.ts';
export type { InvocationRequest, InvocationResult } from './types.ts';

export type { BodySource, ResponseSink } from '../instances/index.ts';
export { AccountGate } from './account-gate.ts';
export { type Accepting, type AsyncCall, acceptedMessage } from './async/acceptance.ts';
export { AsyncInvocations, type AsyncRecord, MOST_LISTED_INVOCATIONS } from './async/async-invocations.ts';
export { Dispatcher } from './async/dispatcher.ts';
export { queueRefusal } from './async/refusal.ts';
export { Settlement } from './async/settlement.ts';
export { type SourceEvent, SourceInvocations } from './async/source-invocations.ts';
export { checkDepth } from './check-depth.ts';
export { DebugSessions } from './debugging/debug-sessions.ts';
export {
  DEAD_LETTER_TOPICS,
  type DeadLetterRecord,
  DeadLetters,
  type NotificationLetters,
} from './destinations/dead-letters.ts';
export { Deliverer } from './destinations/deliverer.ts';
export type {
  DeliveringAs,
  DeliverOptions,
  DeliveryResult,
  TopicText,
  UnstoredMessage,
} from './destinations/destination-kind.ts';
export { DESTINATIONS } from './destinations/kinds.ts';
export { refusal } from './destinations/refusal.ts';
export { postWebhook, type WebhookAnswer, type WebhookPost } from './destinations/webhook/post-webhook.ts';
export { didNotRun } from './did-not-run.ts';
export { CallDoor } from './forwarding/call-door.ts';
export { Elsewhere } from './forwarding/elsewhere.ts';
export { ArrivedHops, HopReports } from './forwarding/hop-reports.ts';
export { CALL_PATH, SUMMARY_PATH } from './forwarding/nodes.ts';
export { Summaries } from './forwarding/summaries.ts';
export { SummaryBoard } from './forwarding/summary-board.ts';
export { Intake } from './intake/intake.ts';
export { Invoker } from './invoker.ts';
export { functionKeyOf, isKeyOf, isStaleKey, runtimeLaunch, supervisorOf } from './launch.ts';
export { networkGap } from './network-hint.ts';
export { invokeSummary } from './receipt.ts';
export { RequestLogs } from './request-logs.ts';
export { ReservedDemand } from './reserved-demand.ts';
export { openReservedDoor, ReservedOfAll } from './reserved-of-all.ts';
export { createdAt, mayStream, resolve, versionsOf } from './resolve.ts';
export { RunningRequests } from './running-requests.ts';
export type { InvocationRequest, InvocationResult } from './types.ts';

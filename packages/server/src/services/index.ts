export { AlarmStore } from './alarms/alarm-store.ts';
export { Alarms } from './alarms/alarms.ts';
export { AlarmEvaluator } from './alarms/evaluator.ts';
export { AlarmMeasures, type FunctionMinutes } from './alarms/measures.ts';
export { AlarmMessages } from './alarms/messages.ts';
export { MinuteWriter } from './alarms/minute-writer.ts';
export { changeId, targetUrn } from './alarms/notice.ts';
export type { RequestedAlarm } from './alarms/read-settings.ts';
export { SharedMinuteStore } from './alarms/shared-minute-store.ts';
export { SharedMinutes } from './alarms/shared-minutes.ts';
export type {
  AlarmChange,
  AlarmFigures,
  AlarmRule,
  AlarmSetter,
  AlarmTarget,
  NamedAlarmTarget,
} from './alarms/types.ts';
export {
  type Body,
  type Bucket,
  type BucketAction,
  type BucketCaller,
  BucketError,
  type BucketResource,
  BucketStore,
  type Buckets,
  type BucketUsage,
  type ByteRange,
  type ChecksumAlgorithm,
  type CompleteRequest,
  type ContentHeaders,
  type LifecycleRule,
  type ListedObject,
  type Metadata,
  type ObjectBytes,
  type ObjectEvent,
  type ObjectFact,
  type ObjectHead,
  type ObjectList,
  type ObjectRef,
  openBuckets,
  type ReadConditions,
  type Stored,
  type WriteConditions,
} from './buckets/index.ts';
export { addressAt, externalBucket, externalPath } from './external-s3/address.ts';
export { ExternalS3Error } from './external-s3/errors.ts';
export { ExternalS3, type RegisteredS3 } from './external-s3/external-s3.ts';
export { type AuditFact, auditFacts, auditOf, auditSource } from './facts/audit-facts.ts';
export { FactSignal } from './facts/fact-signal.ts';
export { FactStore } from './facts/fact-store.ts';
export { Facts } from './facts/facts.ts';
export { FanOut } from './facts/fan-out.ts';
export { bucketSource, objectFacts, objectOf } from './facts/object-facts.ts';
export type { Delivery, Fact, Subscriber } from './facts/types.ts';
export { isFlowBackend, isSameDefinition, segmentsOf } from './gateway/api-rules.ts';
export { GatewayApiStore } from './gateway/api-store.ts';
export { GatewayApis } from './gateway/gateway-apis.ts';
export { GatewayGroups, type ReservedHosts } from './gateway/gateway-groups.ts';
export { GatewayStages, stageNotFound } from './gateway/gateway-stages.ts';
export { GatewayGroupStore } from './gateway/group-store.ts';
export { LiveGateway } from './gateway/live-gateway.ts';
export { GatewayReleaseStore } from './gateway/release-store.ts';
export { isReference, qualifierIn } from './gateway/stage-rules.ts';
export { GatewayStageStore } from './gateway/stage-store.ts';
export {
  type Api,
  type ApiBackend,
  type ApiDefinition,
  AUTHS as GATEWAY_AUTHS,
  type FlowBackend,
  type FunctionBackend,
  type Group,
  METHODS as GATEWAY_METHODS,
  type Release,
  type Stage,
} from './gateway/types.ts';
export { formatCursor, readCursor } from './streams/cursor.ts';
export { openStreams } from './streams/open-streams.ts';
export type { StreamRecords } from './streams/records.ts';
export { hashRange, readShardId, shardId } from './streams/shards.ts';
export { StreamStore } from './streams/stream-store.ts';
export type { Streams } from './streams/streams.ts';
export type { StoredRecord, Stream } from './streams/types.ts';
export { flowSender, type StartFlow } from './topics/delivery/flow-sender.ts';
export { functionSender } from './topics/delivery/function-sender.ts';
export { httpSender } from './topics/delivery/http-sender.ts';
export { Links } from './topics/delivery/links.ts';
export { MailSender } from './topics/delivery/mail-sender.ts';
export { notificationLetters } from './topics/delivery/notification-letters.ts';
export { Notifier, type Sender } from './topics/delivery/notifier.ts';
export { SigningKey } from './topics/delivery/signing-key.ts';
export { SigningKeyStore } from './topics/delivery/signing-key-store.ts';
export { TopicFanOut } from './topics/fan-out.ts';
export { MessageStore } from './topics/message-store.ts';
export { Publisher } from './topics/publisher.ts';
export { SubscriptionStore } from './topics/subscription-store.ts';
export { SubscriptionTokens } from './topics/subscription-tokens.ts';
export { Subscriptions } from './topics/subscriptions.ts';
export { Targets, topicSource } from './topics/targets.ts';
export { TopicStore } from './topics/topic-store.ts';
export { Topics } from './topics/topics.ts';
export { TriggerTargetStore } from './topics/trigger-target-store.ts';
export type { Protocol, Subscription, Topic } from './topics/types.ts';

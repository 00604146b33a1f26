export { CAUSES, type Cause, causeOf, type InvocationResultKind, RESULTS, resultOf } from './causes.ts';
export type { BytesOutput, CallInput, CallOutput, Client, ClientAuth, ClientOptions } from './client.ts';
export { ApiError } from './client.ts';
export type { Compatibility, RefusedOperation } from './compatibility.ts';
export { compatibility, compatibilityFaults, REFUSED } from './compatibility.ts';
export type { Audience, Component, ErrorBody, ErrorCode, ErrorSpec, ErrorViolation } from './errors.ts';
export { ERRORS, errorSpec } from './errors.ts';
export { createClient } from './full-client.ts';
export type { Operation } from './functiongraph-operations.ts';
export { cpuMillisFor, LIMITS, MEMORY_SIZES_MB } from './limits.ts';
export type { ResourceSource } from './resource.ts';
export type {
  DecodedBody,
  Encoding,
  Method,
  Route,
  RouteBody,
  RouteParams,
  RouteQuery,
  RouteResponse,
} from './route.ts';
export type { RouteId, Routes } from './routes/index.ts';
export { ROUTES } from './routes/index.ts';
export { DESTINATION_KINDS, type DestinationCode } from './schemas/destination-kinds.ts';
export type { GatewayRules } from './schemas/gateway-rules.ts';
export { Receipt } from './schemas/invocation.ts';
export {
  FLOW_TRIGGERS,
  TRIGGER_KINDS,
  TRIGGER_TYPES,
  type TriggerFields,
  type TriggerTypeCode,
} from './schemas/trigger.ts';
export { FlowViolation } from './schemas/workflow.ts';
export type { SignedParts, SigningKey } from './signing.ts';
export {
  canonicalPaths,
  canonicalQuery,
  canonicalRequest,
  EMPTY_HASH,
  formatSdkDate,
  parseAuthorization,
  parseSdkDate,
  signRequest,
  stringToSign,
} from './signing.ts';
export type { SubscriptionUrn, TopicUrn } from './topic-urn.ts';
export {
  formatSubscriptionUrn,
  formatTopicUrn,
  isTopicName,
  parseSubscriptionUrn,
  parseTopicUrn,
} from './topic-urn.ts';
export type { FlowUrn, FunctionUrn, Qualifier } from './urn.ts';
export { formatFlowUrn, formatQualifier, formatUrn, parseFlowUrn, parseQualifier, parseUrn } from './urn.ts';

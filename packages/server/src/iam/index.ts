export type { AuditRecorder } from './audit.ts';
export type { AuditEntry } from './audit-store.ts';
export type { FunctionRef, Peer, Question } from './authorizer.ts';
export type { IamOptions } from './iam.ts';
export { Iam } from './iam.ts';
export { LoginThrottle } from './login-throttle.ts';
export { chainOf, type IssuedToken, type LoginScope } from './logins.ts';
export type { OwnerCredentials } from './owner.ts';
export { projectOfRegion } from './project-of-region.ts';
export type { TemporaryKey } from './sessions.ts';
export { type HashedBody, type KeyOf, precheckSignature, type SignedRequest, verifySignature } from './signature.ts';
export type {
  AccessKey,
  Agency,
  Caller,
  Domain,
  EnterpriseProject,
  Grant,
  Group,
  Holder,
  Policy,
  Project,
  Scope,
  User,
} from './types.ts';
export { DEFAULT_ENTERPRISE_PROJECT, FUNCTION_SERVICE } from './types.ts';

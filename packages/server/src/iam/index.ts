export type { FirstAccount, IssuedToken } from './iam.ts';
export { Iam } from './iam.ts';
export { IdentityStore } from './identity-store.ts';
export type { SignedRequest } from './signature.ts';
export type { Caller, Domain, Project, User } from './types.ts';

export { ApiError } from '@funcgraph/api/client';
export { isFromProxy, probe, useConnection } from './connection.ts';
export { follow, type Input, mutation, pages, query, receive, routeAddress } from './operations.ts';
export { useMissingRight } from './rights.ts';
export {
  beginAtIssuer,
  type Credentials,
  chooseProject,
  isSignedOut,
  sessionQuery,
  signIn,
  signInByIssuer,
  signInWays,
  signOut,
  useSession,
} from './session.ts';

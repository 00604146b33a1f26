export { ApiError } from '@funcgraph/api/client';
export { mutation, query } from './operations.ts';
export { type Credentials, isSignedOut, type Session, sessionQuery, signIn, signOut, useSession } from './session.ts';

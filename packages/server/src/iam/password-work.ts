import { hashNow, matchesNow } from './password.ts';

/** Requests to the password thread. */
export type PasswordCall =
  | { readonly kind: 'hash'; readonly password: string }
  | { readonly kind: 'match'; readonly password: string; readonly hash: string };

/** The hash, or whether the password matches. */
export type PasswordResult = string | boolean;

export function passwordWork(call: PasswordCall, cost?: number): PasswordResult {
  return call.kind === 'hash' ? hashNow(call.password, cost) : matchesNow(call.password, call.hash, cost);
}

/**
 * The allowed callers: every client that reaches the gateway port, or callers that may invoke the function through the
 * API.
 */
export type UrlAuth = 'none' | 'iam';

/** How a function is published on the gateway port. The setting applies to all its versions. */
export interface FunctionUrl {
  readonly functionId: string;
  readonly enabled: boolean;
  readonly auth: UrlAuth;
}

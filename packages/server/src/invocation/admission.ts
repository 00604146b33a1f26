/** What is known when a request asks to run. */
export interface AdmissionSnapshot {
  /** −1 no limit, 0 disabled. */
  readonly maxInstances: number;
  readonly enabled: boolean;
  /** Invocations of the account that run or wait for an instance. */
  readonly inFlight: number;
  readonly accountConcurrency: number;
}

export type Admission =
  | { readonly kind: 'admit' }
  | { readonly kind: 'throttle'; readonly reason: 'function disabled' | 'account concurrency' };

/** Limits before anything is spent on a request. */
export function admit(snapshot: AdmissionSnapshot): Admission {
  if (!snapshot.enabled || snapshot.maxInstances === 0) return { kind: 'throttle', reason: 'function disabled' };
  if (snapshot.inFlight >= snapshot.accountConcurrency) return { kind: 'throttle', reason: 'account concurrency' };
  return { kind: 'admit' };
}

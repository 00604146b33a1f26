/** What is known of a function when a request asks to run. */
export interface AdmissionSnapshot {
  /** −1 no limit, 0 disabled. */
  readonly maxInstances: number;
  readonly enabled: boolean;
}

export type Admission =
  | { readonly kind: 'admit' }
  | { readonly kind: 'throttle'; readonly reason: 'function disabled' };

/** What a function itself says about running, before anything is spent on a request. */
export function admit({ enabled, maxInstances }: AdmissionSnapshot): Admission {
  if (!enabled || maxInstances === 0) return { kind: 'throttle', reason: 'function disabled' };
  return { kind: 'admit' };
}

/** The settings of a function that decide on admission. */
export interface AdmissionSnapshot {
  /** −1 no limit, 0 disabled. */
  readonly maxInstances: number;
  readonly enabled: boolean;
}

export type Admission =
  | { readonly kind: 'admit' }
  | { readonly kind: 'throttle'; readonly reason: 'function disabled' };

/** Checks the settings of the function before a request uses resources. */
export function admit({ enabled, maxInstances }: AdmissionSnapshot): Admission {
  if (!enabled || maxInstances === 0) return { kind: 'throttle', reason: 'function disabled' };
  return { kind: 'admit' };
}

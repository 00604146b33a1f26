/**
 * `user`: the caller can fix it, and sees the text. `system`: the caller gets a fixed text, and the cause is logged.
 */
export type Audience = 'user' | 'system';

/** The component that refused or failed. Each failed invocation names one. */
export type Component = 'ingress' | 'iam' | 'control' | 'admission' | 'instance' | 'runtime' | 'function' | 'timeout';

export interface ErrorSpec {
  readonly fss: string;
  readonly status: number;
  readonly audience: Audience;
  readonly component: Component;
  readonly retryable: boolean;
  readonly meaning: string;
}

/** An error of the caller. */
export const user = (
  fss: string,
  status: number,
  component: Component,
  meaning: string,
  retryable = false,
): ErrorSpec => ({
  fss,
  status,
  audience: 'user',
  component,
  retryable,
  meaning,
});

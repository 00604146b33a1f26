import type { TriggerSettings } from '../triggers/types.ts';

/** The environment of requests that name none. */
export const RELEASE = 'RELEASE';

export interface ApiSettings {
  /** A shared or a dedicated gateway; both are the same one here. */
  readonly kind: 'APIG' | 'DEDICATEDGATEWAY';
  readonly name: string;
  /** 1 public, 2 private: has no meaning here. */
  readonly visibility: number;
  readonly path: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly method: string;
  readonly groupId: string;
  readonly groupName: string;
  /** `SWA`: the path and all below it. `NORMAL`: the path alone. */
  readonly matchMode: 'SWA' | 'NORMAL';
  readonly envName: string;
  readonly envId: string;
  /** `APP`: only apps that were bound to the trigger. */
  readonly auth: 'NONE' | 'IAM' | 'APP';
  /** How long a caller waits at most. */
  readonly timeoutMs: number;
  /** The caller learns that the event is stored, but not its result. */
  readonly async: boolean;
  /** Of the gateway; undefined when none was given. */
  readonly instanceId: string | undefined;
}

/** Of a function or a flow. */
export function isApi<T extends { readonly settings: TriggerSettings }>(
  trigger: T,
): trigger is T & { readonly settings: ApiSettings } {
  const { kind } = trigger.settings;
  return kind === 'APIG' || kind === 'DEDICATEDGATEWAY';
}

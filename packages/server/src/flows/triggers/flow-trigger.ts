import type { Json } from '@funcgraph/flow';
import type { ApiSettings, Trigger } from '../../control/index.ts';
import type { CtsSettings, EventSettings, ObsSettings, SmnSettings } from '../../triggers/index.ts';

export interface FlowTimerSettings {
  readonly kind: 'FLOWTIMER';
  /** A cron expression as written. */
  readonly schedule: string;
  /** Of each run. */
  readonly input: Json;
}

/** `kind` is that of the gateway: a dedicated one stands for APIG_DE. */
export type FlowTriggerSettings =
  | FlowTimerSettings
  | ApiSettings
  | ObsSettings
  | SmnSettings
  | CtsSettings
  | EventSettings;

/** An enabled trigger of a definition. */
export interface DefinedTrigger {
  /** Made of the flow, the type and the name: it stays the same when the flow is saved again. */
  readonly id: string;
  readonly name: string;
  readonly settings: FlowTriggerSettings;
  /** Of an API: no other trigger of a function or flow has it. */
  readonly routeKey: string | undefined;
  /** Of a bucket or a topic: the events that it listens to. */
  readonly source: string | undefined;
  /** In the definition. */
  readonly index: number;
}

/** A stored trigger. Times are ms since the epoch. */
export interface FlowTrigger<S extends FlowTriggerSettings = FlowTriggerSettings> {
  readonly id: string;
  readonly flow: { readonly id: string; readonly projectId: string; readonly name: string };
  readonly name: string;
  readonly settings: S;
  readonly routeKey: string | undefined;
  readonly source: string | undefined;
  readonly secretSeed?: string | undefined;
  readonly since: number;
  /** The last tick that started a run before this server started, and the steady time of that. */
  readonly fired: Trigger['fired'];
  readonly modifiedAt: number;
}

export function isFlowApi(trigger: FlowTrigger): trigger is FlowTrigger<ApiSettings> {
  return trigger.settings.kind === 'APIG' || trigger.settings.kind === 'DEDICATEDGATEWAY';
}

export function isFlowEvent(trigger: FlowTrigger): trigger is FlowTrigger<EventSettings> {
  return trigger.settings.kind === 'EVENT';
}

export function isFlowTimer(trigger: FlowTrigger): trigger is FlowTrigger<FlowTimerSettings> {
  return trigger.settings.kind === 'FLOWTIMER';
}

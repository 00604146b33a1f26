import type { Trigger, TriggerSettings } from '../../control/index.ts';
import type { FlowTriggerKind } from '../../triggers/index.ts';

/** An enabled trigger of a definition. */
export interface DefinedTrigger {
  /** Made of the flow, the type and the name: it stays the same when the flow is saved again. */
  readonly id: string;
  readonly kind: FlowTriggerKind;
  readonly name: string;
  readonly settings: TriggerSettings;
  /** Of an API: no other trigger of a function or flow has it. */
  readonly routeKey: string | undefined;
  /** The source of facts that it listens to. */
  readonly source: string | undefined;
  /** In the definition. */
  readonly index: number;
}

/** A stored trigger. Times are ms since the epoch. */
export interface FlowTrigger<S extends TriggerSettings = TriggerSettings> {
  readonly id: string;
  readonly flow: { readonly id: string; readonly projectId: string; readonly name: string };
  /** As definitions name its kind. */
  readonly type: string;
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

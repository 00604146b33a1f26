import type { FunctionUrn, TRIGGER_KINDS, TriggerFields, TriggerTypeCode } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { TObject } from 'typebox';
import type { Catalog, ResultPlace, Trigger, TriggerRules, TriggerSettings, Triggers } from '../control/index.ts';
import type { AsyncInvocations } from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Fact, StreamRecords, Streams } from '../services/index.ts';
import type { AtomicStatement } from '../storage/index.ts';
import type { BrokerAccess } from './brokers/broker-session.ts';
import type { ReadTrigger } from './consumers/source-trigger.ts';
import type { StreamSource } from './consumers/stream-source.ts';

/** Everything the server knows of a kind of trigger. Settings have two forms: that of the program, and `event_data`. */
export interface TriggerKind<S extends TriggerSettings = TriggerSettings, K extends TriggerTypeCode = TriggerTypeCode>
  extends TriggerRules<S> {
  readonly code: K;
  readonly fields: (typeof TRIGGER_KINDS)[K]['fields'];
  /** The right to read what its events show: those who create or change a trigger need it besides. */
  readonly reveals?: string;
  /** Fields with secrets of the owner: they are stored sealed with the settings, and never in a definition of a flow. */
  readonly secretFields?: readonly string[];
  /** Whether senders prove themselves by a secret of the trigger. */
  readonly hasSecret?: true;
  /**
   * Settings from decoded `event_data`, for the function and version that it names at most, and with what `data` leaves
   * out from the settings before a change. Throws `errors.invalid`.
   */
  read(data: TriggerFields<K>, of: TriggerOwner<S>): S;
  /** The settings as `event_data` without secrets, so that `read` makes the same of it. */
  data(settings: S): TriggerFields<K>;
  /** What only answers have, beside `data`. */
  answer?(trigger: AnsweredTrigger<S>, place: TriggerPlace): object;
  /** The event of a fact of its source; undefined when the trigger does not ask for such a fact. */
  event?(trigger: Pick<Trigger<S>, 'id' | 'settings'>, fact: Fact): Buffer | undefined;
  /** Whether it gets events of what results become, so that a function may start itself. */
  getsResults?(settings: S, place: ResultPlace): boolean;
  /** Where events come from. Kinds without a source are served by the gateway, or listen to facts. */
  source?(deps: SourceDeps): TriggerSource;
  /** How it reads from a message broker. Kinds without one have no broker. */
  readonly broker?: BrokerAccess<S>;
  /** The stream that it reads. Kinds without one read none. */
  stream?(deps: StreamDeps): StreamSource<ReadTrigger<S>>;
  /** What is different when a flow is the target, if flows can have it: `flowType` of the contract. */
  readonly ofFlow?: FlowVariant;
  /** It reads log lines. */
  readonly readsLog?: true;
  /** A test event. */
  readonly sample?: SampleEvent;
}

/** Of a trigger of a flow, `trigger_config` in the definition has the settings. */
export interface FlowVariant<S extends TriggerSettings = TriggerSettings> {
  /** The rule of definitions that invalid settings break; X-53 unless given. */
  readonly rule?: string;
  readonly fields?: TObject;
  /** Undefined for what breaks a rule that needs no server. */
  read?(data: Readonly<Record<string, unknown>>): S | undefined;
  check?(settings: S): void;
  keepsSince?(before: S, after: S): boolean;
  data?(settings: S): object;
  answer?(trigger: AnsweredTrigger<S>, place: TriggerPlace): object;
}

export interface AnsweredTrigger<S extends TriggerSettings> {
  readonly id: string;
  readonly fn: { readonly projectId: string };
  readonly qualifier: string;
  readonly settings: S;
}

/** The target is undefined for a flow. */
export interface TriggerOwner<S extends TriggerSettings = TriggerSettings>
  extends Partial<Pick<Trigger, 'fn' | 'qualifier'>> {
  /** Before a change. */
  readonly settings?: S;
}

/** Where streams of this server are. */
export interface StreamDeps {
  readonly streams: Pick<Streams, 'lookup'>;
  readonly streamRecords: Pick<StreamRecords, 'read' | 'since' | 'behindMs' | 'waiting'>;
}

export interface SampleEvent {
  readonly name: string;
  readonly description: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface TriggerPlace {
  /** URN of the version, alias or flow that the trigger starts. */
  readonly urn: string;
  /** Address of the gateway. */
  readonly gateway: string;
}

/** How a source goes on that ran on another server. */
export interface Continuation {
  /** The last ticks by trigger; the catalog has those of its load. */
  readonly fired: ReadonlyMap<string, Trigger['fired']>;
  /** For the step that stores an event: refuses it with `storage.guard` when yet another server has the source. */
  readonly guard: AtomicStatement;
  /** Call when an event was refused with `storage.guard`. */
  readonly onRefused: () => void;
}

/** Starts functions for all triggers of a kind, and follows their changes. One server at a time has it started. */
export interface TriggerSource {
  /** Call when the catalog is filled and events can be stored; again after `stop`. */
  start(continuation?: Continuation): void;
  /** Starts no function any more; resolves when the events in progress are stored. */
  stop(): Promise<void>;
}

export interface SourceDeps {
  readonly catalog: Catalog;
  readonly triggers: Pick<Triggers, 'firing'>;
  readonly async: Pick<AsyncInvocations, 'accept'>;
  /** Counts and logs, for the owner of the function, an event that exceeds the project's quota. */
  readonly leftOut: (refused: { urn: FunctionUrn; requestId: string; event: Buffer; message: string }) => void;
  readonly region: string;
  readonly clock: Clock;
  /** Time that no change of the clock moves, also over restarts. */
  readonly steady: () => number;
  readonly log: Logger;
}

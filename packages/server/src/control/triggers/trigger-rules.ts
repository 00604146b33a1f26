import type { ErrorCode, TopicUrn } from '@funcgraph/api';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import type { Sealer } from '../../lib/sealer.ts';
import type { FunctionName } from '../functions/types.ts';
import type { Trigger, TriggerSettings } from './types.ts';

/** The rules of one kind of trigger. */
export interface TriggerRules<S extends TriggerSettings = TriggerSettings> {
  /** Type code of the API. */
  readonly code: string;
  /** For settings that the kind refuses, and for a second trigger of the same name. */
  readonly errors: { readonly invalid: ErrorCode; readonly exists: ErrorCode };
  /** Whether functions that serve HTTP may have it. */
  readonly forHttp: boolean;
  /** Checks what depends on nothing else. Throws `errors.invalid`. */
  check(settings: S): void;
  /** Checks what depends on the target and on other triggers. */
  checkAmong?(trigger: NewTriggerOf<S>, around: TriggerNeighbours): void;
  /** Most triggers of some kinds together in a project. Kinds that flows have are called the same there. */
  readonly mostOfProject?: KindQuota;
  /** Checks what belongs to services. */
  checkSource?(settings: S, projectId: string, sources: TriggerSources): Promise<void>;
  /** The settings with secrets as they are stored. Kinds without this method have no secrets. */
  sealed?(settings: S, sealer: Pick<Sealer, 'seal'>): S;
  /** The same text for settings that may not exist twice in a project. */
  uniqueKey?(place: TriggerProject, settings: S): string;
  /** The source of facts that it listens to. Kinds without this method listen to none. */
  listensTo?(place: TriggerProject, settings: S): string;
  /** Whether `since` stays when the settings change. It does for kinds without this method. */
  keepsSince?(before: S, after: S): boolean;
}

export interface KindQuota {
  readonly kinds: readonly string[];
  readonly most: number;
  /** What they are, in the message. */
  readonly name: string;
}

type TriggerProject = Pick<FunctionName, 'projectId'>;

/** A trigger of a function or a flow that is to be stored. */
export interface NewTriggerOf<S extends TriggerSettings> {
  readonly fn: TriggerProject;
  /** Undefined for a flow. */
  readonly functionId?: string;
  readonly active: boolean;
  readonly settings: S;
}

export interface TriggerNeighbours {
  /** Whether the function serves HTTP. */
  readonly isHttp: boolean;
  /** Other triggers of the function; none for a flow. */
  readonly ofFunction: readonly Trigger[];
  /** Other triggers of functions of the project. */
  ofProject(): Iterable<Trigger>;
  /** Whether the project has a function of this id. */
  hasFunction(functionId: string): boolean;
  /** Others of flows of the project; with a source those that listen to it. */
  ofFlows(source?: string): Iterable<FlowListener>;
}

/** A trigger of a flow. */
export interface FlowListener {
  readonly flow: string;
  readonly settings: TriggerSettings;
}

/** Where events come from. */
export interface TriggerSources {
  bucket(name: string): Promise<{ readonly projectId: string } | undefined>;
  /** Whether a topic exists. */
  topic(urn: TopicUrn): Promise<boolean>;
  /** Internal hosts where brokers may be. */
  readonly brokerHosts: AllowedHosts;
  /** Whether a stream exists. */
  stream(projectId: string, name: string): Promise<boolean>;
}

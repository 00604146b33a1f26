import type { GatewayRules } from '@funcgraph/api';

export const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY'] as const;
export const AUTHS = ['IAM', 'APP', 'NONE'] as const;

/** A place where APIs of a group are published, with values that their backends refer to. */
export interface Stage {
  readonly name: string;
  readonly description: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** A group of APIs. Times are ms since the epoch. */
export interface Group {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string;
  readonly hosts: readonly string[];
  /** By name; RELEASE may be missing, and has no variables then. */
  readonly stages: ReadonlyMap<string, Stage>;
  readonly createdAt: number;
}

/** What is undefined stays. */
export interface GroupChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/** The function behind an API. Another function that gets its name later is not meant. */
export interface FunctionBackend {
  readonly functionId: string;
  readonly package: string;
  readonly name: string;
  /** `latest`, a version, or `!` and an alias; both may be a variable of the stage, `#name#`. */
  readonly qualifier: string;
}

/** The flow behind an API, with the name that it had when the API was defined. */
export interface FlowBackend {
  readonly flowId: string;
  readonly name: string;
}

export type ApiBackend = FunctionBackend | FlowBackend;

export interface ApiDefinition {
  readonly name: string;
  readonly method: (typeof METHODS)[number];
  readonly path: string;
  /** All below the path too. */
  readonly below: boolean;
  readonly auth: (typeof AUTHS)[number];
  readonly backend: ApiBackend;
  /** How long a caller waits at most until the answer begins. */
  readonly timeoutMs: number;
  /** The caller learns that the event is stored, but not its result. */
  readonly async: boolean;
  readonly rules?: GatewayRules;
}

export interface Api {
  readonly id: string;
  readonly groupId: string;
  readonly projectId: string;
  readonly definition: ApiDefinition;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** A definition as it was published. */
export interface Release {
  readonly id: string;
  readonly apiId: string;
  readonly groupId: string;
  readonly projectId: string;
  readonly stage: string;
  /** Of all releases of the group, rising. */
  readonly number: number;
  readonly definition: ApiDefinition;
  readonly live: boolean;
  readonly description: string;
  readonly publishedBy: string;
  readonly publishedAt: number;
}

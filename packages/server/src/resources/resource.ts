import type { Dependencies, Functions, FunctionTemplates } from '../control/index.ts';
import type { Flows } from '../flows/index.ts';
import type { Iam } from '../iam/index.ts';
import type { Handlers } from '../ingress/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Storage } from '../storage/index.ts';

/** A resource that no other part of the server needs: its rows, rules and handlers are one folder. */
export interface Resource {
  readonly handlers: Partial<Handlers>;
  /** Call before the server listens, when functions are loaded. */
  start?(): Promise<void>;
}

/** What resources are made from. */
export interface ResourceDeps {
  readonly db: Storage['db'];
  readonly functions: Functions;
  readonly flows: Flows;
  readonly functionTemplates: FunctionTemplates;
  readonly dependencies: Dependencies;
  readonly iam: Iam;
  readonly clock: Clock;
  readonly region: string;
}

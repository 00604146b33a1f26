import type { ChangeFeed } from '../../storage/index.ts';
import { Replica } from '../../storage/index.ts';
import type { FlowTrigger } from './flow-trigger.ts';
import type { FlowTriggerStore } from './flow-trigger-store.ts';

/** Called after a trigger was added, changed or removed. */
export type FlowTriggerListener = (after: FlowTrigger | undefined, before: FlowTrigger | undefined) => void;

/** The enabled triggers of all flows, in memory, whichever server saves them. */
export class FlowTriggers {
  readonly store: FlowTriggerStore;
  readonly #replica: Replica<FlowTrigger>;
  readonly #bySource = new Map<string, Map<string, FlowTrigger>>();
  readonly #listeners = new Set<FlowTriggerListener>();

  constructor({ store, feed }: { readonly store: FlowTriggerStore; readonly feed: ChangeFeed }) {
    this.store = store;
    this.#replica = new Replica({
      feed,
      topic: 'flow-trigger',
      load: (ids) => store.load(ids),
      keyOf: ({ id }) => id,
      onChange: (after, before) => {
        this.#index(after, before);
        for (const listener of this.#listeners) listener(after, before);
      },
    });
  }

  start(): Promise<void> {
    return this.#replica.start();
  }

  /** Resolves when this has everything that was committed before the call. */
  caughtUp(): Promise<void> {
    return this.#replica.caughtUp();
  }

  get(id: string): FlowTrigger | undefined {
    return this.#replica.get(id);
  }

  all(): Iterable<FlowTrigger> {
    return this.#replica.values();
  }

  /** The trigger that serves a path of the gateway. */
  serving(routeKey: string): FlowTrigger | undefined {
    for (const trigger of this.all()) if (trigger.routeKey === routeKey) return trigger;
    return undefined;
  }

  /** Those that listen to a source of facts. */
  listening(source: string): Iterable<FlowTrigger> {
    return this.#bySource.get(source)?.values() ?? [];
  }

  /** Those of the flows of a project; with a source those that listen to it. */
  *among(projectId: string, source?: string): Iterable<FlowTrigger> {
    if (source !== undefined) yield* this.listening(source);
    else for (const trigger of this.all()) if (trigger.flow.projectId === projectId) yield trigger;
  }

  #index(after: FlowTrigger | undefined, before: FlowTrigger | undefined): void {
    if (before?.source !== undefined) {
      const known = this.#bySource.get(before.source);
      known?.delete(before.id);
      if (known?.size === 0) this.#bySource.delete(before.source);
    }
    if (after?.source === undefined) return;
    const known = this.#bySource.get(after.source) ?? new Map();
    this.#bySource.set(after.source, known.set(after.id, after));
  }

  /** Returns the end of the calls. */
  onChange(listener: FlowTriggerListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

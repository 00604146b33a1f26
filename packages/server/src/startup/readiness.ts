import type { Nodes } from '../cluster/index.ts';
import type { Storage } from '../storage/index.ts';
import type { DiskGuard } from './disk-guard.ts';

const PATIENCE_MS = 2_000;

export interface ReadinessDeps {
  readonly disk: Pick<DiskGuard, 'state'>;
  readonly storage: Pick<Storage, 'check'>;
  readonly nodes: Pick<Nodes, 'self'>;
  /** Fires when the server is going to stop. */
  readonly leaving: AbortSignal;
  /** Where limits count on several servers. */
  readonly budgets: { readonly isPaused: boolean } | undefined;
  /** Resolves when a sandbox agent lives; a dead one is replaced. Undefined where the driver needs none. */
  readonly ensureAgent: (() => Promise<unknown>) | undefined;
}

export interface Readiness {
  readonly disk: boolean;
  readonly database: boolean;
  readonly agent: boolean;
  /** False: the server is going to stop, and takes no new work. */
  readonly staying: boolean;
}

/** Conditions for a ready server. Never rejects; a part that does not answer in time counts as not ready. */
export function readiness(deps: ReadinessDeps): () => Promise<Readiness> {
  const { disk, storage, nodes, leaving, budgets, ensureAgent } = deps;
  return async () => {
    const [database, agent] = await Promise.all([
      inTime(storage.check().then(({ ok }) => ok)),
      ensureAgent === undefined ? true : inTime(ensureAgent().then(() => true)),
    ]);
    const mayBegin = budgets?.isPaused !== true;
    const staying = !(nodes.self.draining || leaving.aborted);
    return { disk: !disk.state.low, database: database && mayBegin, agent, staying };
  };
}

function inTime(work: Promise<boolean>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    timer.unref();
    work.then(resolve, () => resolve(false)).finally(() => clearTimeout(timer));
  });
}

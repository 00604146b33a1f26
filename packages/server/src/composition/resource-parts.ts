import { makeResources } from '../resources/index.ts';
import type { StateParts } from './state-parts.ts';

type ResourceDeps = Omit<Parameters<typeof makeResources>[0], 'db'> & Pick<StateParts, 'storage'>;

/** Resources that no other part needs. Call when functions are loaded. */
export async function resourceParts(deps: ResourceDeps) {
  const { handlers, start } = makeResources({ ...deps, db: deps.storage.db });
  await start();
  return { resourceHandlers: handlers };
}

export type ResourceParts = Awaited<ReturnType<typeof resourceParts>>;

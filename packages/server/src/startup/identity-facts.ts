import type { Catalog, ProjectContentsStore } from '../control/index.ts';
import { DEFAULT_ENTERPRISE_PROJECT, type Iam, type IamOptions } from '../iam/index.ts';

/** Facts about functions and the contents of projects, which the identity module needs and cannot read itself. */
export function functionFacts(catalog: Catalog, contents: ProjectContentsStore): IamOptions['functions'] {
  return {
    enterpriseProjectOf: (projectId, fn) => {
      const latest = catalog.resolve(projectId, fn.package, fn.name, 'latest');
      return latest === undefined ? undefined : (latest.enterpriseProjectId ?? DEFAULT_ENTERPRISE_PROJECT);
    },
    contentsOf: (projectId) => contents.describe(projectId),
  };
}

/** Cached decisions depend on the enterprise project of a function: they are evicted when it changes. */
export function forgetDecisionsOnMoves(catalog: Catalog, iam: Iam): void {
  catalog.facts.on('function.updated', ({ snapshot, previous }) => {
    if (snapshot.enterpriseProjectId !== previous?.enterpriseProjectId) iam.forgetDecisions();
  });
  catalog.facts.on('function.deleted', ({ snapshots }) => {
    if (snapshots.some(({ enterpriseProjectId }) => enterpriseProjectId !== undefined)) iam.forgetDecisions();
  });
}

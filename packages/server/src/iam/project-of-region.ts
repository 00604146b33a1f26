import type { Project } from './types.ts';

/** The project of an account for clients that name none: that with the name of the region, else the oldest. */
export function projectOfRegion(projects: readonly Project[], region: string): Project | undefined {
  return projects.find(({ name }) => name === region) ?? projects[0];
}

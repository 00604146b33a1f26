const KEY = 'funcgraph.project';

/** The project that a person chose in this tab. Other tabs may be about other projects. */
export const chosenProject = {
  get: (): string | undefined => sessionStorage.getItem(KEY) ?? undefined,
  set: (id: string): void => sessionStorage.setItem(KEY, id),
  clear: (): void => sessionStorage.removeItem(KEY),
};

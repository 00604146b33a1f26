/** The file that the handler names, or else the first one: what a person opens first. */
export function entryFile(handler: string, paths: readonly string[]): string | undefined {
  const files = paths.filter((path) => !path.endsWith('/'));
  const module = handler.slice(0, handler.lastIndexOf('.'));
  const isEntry = (path: string) => module !== '' && path.slice(0, path.lastIndexOf('.')) === module;
  return files.find(isEntry) ?? files.find((path) => path === 'bootstrap') ?? files[0];
}

import { fileURLToPath } from 'node:url';

/**
 * The file of one of the server's programs, which stands beside this package, bundled or as source like this file; also
 * in the package that `npm pack` makes, where no package has that name.
 */
export function serverProgram(name: 'main' | 'maintain' | 'check-stores'): string {
  const file = import.meta.url.endsWith('.ts') ? `src/${name}.ts` : `bundle/${name}.js`;
  return fileURLToPath(new URL(`../../../server/${file}`, import.meta.url));
}

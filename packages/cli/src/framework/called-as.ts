/** Where `npm install -g` puts a package, whatever its prefix is. */
const GLOBAL = '/lib/node_modules/funcgraph/';

/** What people type for the program at this address: npx would not find a global one under another prefix. */
export function calledAs(address: string): 'fgs' | 'npx fgs' {
  return address.includes(GLOBAL) ? 'fgs' : 'npx fgs';
}

export const FGS = calledAs(import.meta.url);

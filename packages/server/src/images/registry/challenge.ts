/** The authentication that a registry requires. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string; readonly scope: string };

const PARAMETER = /([a-zA-Z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g;
const MOST_CHARS = 4096;

/** Parses a `WWW-Authenticate` header; undefined for schemes other than the two that registries use. */
export function parseChallenge(header: string): Challenge | undefined {
  const text = header.slice(0, MOST_CHARS);
  const scheme = /^\s*([A-Za-z]+)/.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'basic') return { scheme };
  if (scheme !== 'bearer') return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of text.matchAll(PARAMETER)) {
    parameters.set(name.toLowerCase(), quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\(.)/g, '$1'));
  }
  const realm = parameters.get('realm');
  if (realm === undefined) return undefined;
  return { scheme, realm, service: parameters.get('service') ?? '', scope: parameters.get('scope') ?? '' };
}

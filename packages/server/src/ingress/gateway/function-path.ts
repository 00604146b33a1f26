import type { Qualifier } from '@funcgraph/api';

/** The target that a gateway request names. */
export interface FunctionTarget {
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
  readonly qualifier: Qualifier | undefined;
  /** Path and query for the function, exactly as they came; begins with `/`. */
  readonly url: string;
}

export const MAX_TARGET_CHARS = 8 * 1024;

// The names of functions need no escapes: an address with one in this part names no function.
const TARGET =
  /^\/fn\/([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_.-]{1,128})\/([A-Za-z0-9_-]{1,128})(?::(!?)([A-Za-z0-9_.-]{1,128}))?(?:[/?]|$)/;
/** Characters of a target that are no control characters, blanks or `#`. */
export const VISIBLE = /^[\x21-\x22\x24-\x7e]*$/;

/** Path of a function below the gateway's address. */
export function functionPath(fn: {
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
}): string {
  return `/fn/${fn.projectId}/${fn.package}/${fn.name}/`;
}

/**
 * Reads `/fn/<project>/<package>/<name>[:<version>|:!<alias>]/<rest>`. Nothing is decoded, joined or shortened, so the
 * rest of the path cannot change which function is named; `rest` is for the function to interpret. Undefined for
 * anything else.
 */
export function readFunctionPath(target: string): FunctionTarget | undefined {
  if (target.length > MAX_TARGET_CHARS || !VISIBLE.test(target)) return undefined;
  const found = TARGET.exec(target);
  const [matched, projectId, pkg, name, alias, qualifier] = found ?? [];
  if (matched === undefined || projectId === undefined || pkg === undefined || name === undefined) return undefined;
  const rest = target.slice(matched.replace(/[/?]$/, '').length);
  return {
    projectId,
    package: pkg,
    name,
    qualifier: qualifier === undefined ? undefined : { kind: alias === '!' ? 'alias' : 'version', name: qualifier },
    url: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

/** Part of a path between slashes: literal text as in requests, or the name of a parameter that matches any text. */
export type PathSegment = { readonly literal: string } | { readonly parameter: string };

/** Text that is not a path of a gateway trigger; the message gives the reason. */
export class ApiPathError extends Error {}

const MAX_CHARS = 512;
const LITERAL = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+$/;
const PARAMETER = /^\{([A-Za-z][A-Za-z0-9_-]{0,31})\}$/;

/**
 * Reads `/users/{id}/orders`. Nothing is decoded: a literal is compared with the raw text of a request. Throws
 * `ApiPathError`.
 */
export function parseApiPath(text: string): readonly PathSegment[] {
  if (!text.startsWith('/')) throw new ApiPathError('a path begins with /');
  if (text.length > MAX_CHARS) throw new ApiPathError(`a path has at most ${MAX_CHARS} characters`);
  if (text === '/') return [];
  const names = new Set<string>();
  return text
    .slice(1)
    .split('/')
    .map((part) => {
      if (part === '') throw new ApiPathError('a path has no empty parts, and no / at its end');
      const parameter = PARAMETER.exec(part)?.[1];
      if (parameter === undefined) {
        if (LITERAL.test(part) && part !== '.' && part !== '..') return { literal: part };
        throw new ApiPathError(
          `${JSON.stringify(part.slice(0, 60))} is neither a part of a URL nor a parameter such as {id}`,
        );
      }
      if (names.has(parameter)) throw new ApiPathError(`the parameter {${parameter}} stands twice`);
      names.add(parameter);
      return { parameter };
    });
}

/** The same text for all paths that match the same requests: names of parameters do not count. */
export function pathForm(segments: readonly PathSegment[]): string {
  return `/${segments.map((segment) => ('literal' in segment ? segment.literal : '{}')).join('/')}`;
}

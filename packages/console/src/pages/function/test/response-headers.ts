export interface ResponseHeader {
  readonly name: string;
  readonly value: string;
}

/** What the result of a test shows in a place of its own. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'x-cff-function-log',
  'x-cff-invoke-summary',
  'x-cff-request-id',
  'x-is-func-err',
]);

/** The headers of an answer that are shown nowhere else, by name. */
export const responseHeaders = (headers: Headers): readonly ResponseHeader[] =>
  [...headers]
    .filter(([name]) => !ELSEWHERE.has(name))
    .map(([name, value]) => ({ name, value }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));

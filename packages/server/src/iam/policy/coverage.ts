import { isDeepStrictEqual } from 'node:util';
import { compilePattern } from './pattern.ts';
import type { PolicyDocument, Statement } from './types.ts';

/** Whether a pattern allows every text that another one does. The `*` of the other matches only a `*` of the first. */
function coversPattern(wide: string, narrow: string): boolean {
  return compilePattern(wide.toLowerCase())(narrow.toLowerCase());
}

function coversResource(wide: string, narrow: string): boolean {
  if (wide === '*') return true;
  if (narrow === '*') return false;
  const parts = (text: string): string[] => {
    const [service = '', region = '', domain = '', type = '', ...path] = text.split(':');
    return [service, region || '*', domain || '*', type, path.join(':')];
  };
  const [own, other] = [parts(wide), parts(narrow)];
  // paths are case-sensitive
  const isPath = compilePattern(own[4] ?? '')(other[4] ?? '');
  return isPath && own.slice(0, 4).every((part, at) => coversPattern(part, other[at] ?? ''));
}

function coversAction(held: Statement, action: string, requested: Statement): boolean {
  if (held.Effect !== 'Allow' || !held.Action.some((pattern) => coversPattern(pattern, action))) return false;
  if (held.Condition !== undefined && !isDeepStrictEqual(held.Condition, requested.Condition)) return false;
  if (held.Resource === undefined) return true;
  const own = held.Resource;
  return (requested.Resource ?? ['*']).every((resource) => own.some((wide) => coversResource(wide, resource)));
}

/** Whether one action could fit both patterns. */
function mayMeet(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.toLowerCase().split('*')[0] ?? '') as [string, string];
  return a.startsWith(b) || b.startsWith(a);
}

/**
 * Whether the holder of these policies may do everything that `requested` allows. An exact proof would have to try all
 * possible requests, so the answer is no where patterns do not prove it: for a right that only several statements
 * together give, and for every denial that could apply and that `requested` does not have too.
 */
export function covers(held: readonly PolicyDocument[], requested: PolicyDocument): boolean {
  const statements = held.flatMap(({ Statement }) => Statement);
  const denials = statements.filter(({ Effect }) => Effect === 'Deny');
  return requested.Statement.filter(({ Effect }) => Effect === 'Allow').every((statement) =>
    statement.Action.every((action) => {
      const isDenied = denials.some(
        (denial) =>
          denial.Action.some((pattern) => mayMeet(pattern, action)) &&
          !requested.Statement.some((own) => isDeepStrictEqual(own, denial)),
      );
      return !isDenied && statements.some((one) => coversAction(one, action, statement));
    }),
  );
}

/** The statements of a policy about named resources: its denials, and permissions that do not cover all resources. */
export function onlyNamed(document: PolicyDocument): PolicyDocument {
  const isNamed = ({ Effect, Resource }: Statement): boolean =>
    Effect === 'Deny' || (Resource !== undefined && !Resource.includes('*'));
  return { ...document, Statement: document.Statement.filter(isNamed) };
}

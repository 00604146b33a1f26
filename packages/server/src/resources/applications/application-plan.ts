import type { OpaqueFields } from '../../control/index.ts';
import { checkDescription } from '../../control/index.ts';
import { isFunctionName } from '../../domain/names.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApplicationParam, ApplicationPart, NewApplication } from './types.ts';

/** Leaves room in the names of its functions for their suffixes. */
const MOST_NAME_CHARS = 40;
const MOST_VALUE_CHARS = 4096;

/** Throws `invalid_application`, `description_too_long`. */
export function checkApplication({ name, description }: NewApplication): void {
  if (!isFunctionName(name) || name.length > MOST_NAME_CHARS) {
    throw new PlatformError('invalid_application', 'name is not a name for an application', {
      hint: `At most ${MOST_NAME_CHARS} letters, digits, _ and -; starts with a letter, ends with a letter or digit.`,
    });
  }
  checkDescription(description);
}

/** A value for every parameter: the user's or the default. Throws `invalid_request`, which names the parameter. */
export function readParams(params: readonly ApplicationParam[], given: OpaqueFields): ReadonlyMap<string, string> {
  const strange = Object.keys(given).find((name) => !params.some((param) => param.name === name));
  if (strange !== undefined) {
    const known = params.map(({ name }) => name).join(', ');
    throw new PlatformError('invalid_request', `params.${strange.slice(0, 80)} is not known`, {
      hint: known === '' ? 'The template has no parameters.' : `The template has: ${known}.`,
    });
  }
  return new Map(params.map((param) => [param.name, readParam(param, given[param.name])]));
}

function readParam({ name, description, required, default: usual }: ApplicationParam, value: unknown): string {
  if (value === undefined || value === null || value === '') {
    if (!required) return usual ?? '';
    throw new PlatformError('invalid_request', `params.${name} is missing`, { hint: `${description.en}.` });
  }
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text !== 'string' || text.length > MOST_VALUE_CHARS) {
    throw new PlatformError('invalid_request', `params.${name} must be text of at most ${MOST_VALUE_CHARS} characters`);
  }
  return text;
}

/** The variables of a function: those of its template, with the parameters filled in. */
export function environmentOf(
  part: ApplicationPart,
  usual: Readonly<Record<string, string>>,
  params: readonly ApplicationParam[],
  values: ReadonlyMap<string, string>,
): { readonly plain: Record<string, string>; readonly secret: Record<string, string> } {
  const plain: Record<string, string> = { ...usual };
  const secret: Record<string, string> = {};
  for (const [variable, param] of Object.entries(part.environment ?? {})) {
    const value = values.get(param) ?? '';
    if (params.find(({ name }) => name === param)?.secret === true) {
      delete plain[variable];
      secret[variable] = value;
    } else plain[variable] = value;
  }
  return { plain, secret };
}

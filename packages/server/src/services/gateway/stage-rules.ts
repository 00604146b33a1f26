import { LIMITS } from '@funcgraph/api';
import { checkLength } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Group, Stage } from './types.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const VARIABLE = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
/** The names of versions and aliases. */
const VALUE = /^[A-Za-z0-9_.-]{1,128}$/;
const REFERENCE = /^(!?)#([A-Za-z][A-Za-z0-9_-]{0,31})#$/;
const MAX_DESCRIPTION_CHARS = 255;

/** Throws `invalid_request`. */
export function checkStage({ name, description, variables }: Stage): void {
  if (!NAME.test(name)) throw wrong('stage', '1 to 64 letters, digits, _ and -; starts with a letter.');
  checkLength('description', description, MAX_DESCRIPTION_CHARS);
  const entries = Object.entries(variables);
  if (entries.length > LIMITS.gatewayVariablesPerStage) {
    throw wrong('variables', `At most ${LIMITS.gatewayVariablesPerStage}.`);
  }
  for (const [variable, value] of entries) {
    if (!VARIABLE.test(variable)) throw wrong('variables', 'A name has letters, digits, _ and -, 32 at most.');
    if (!VALUE.test(value)) throw wrong(`variables.${variable}`, 'The name of a version or of an alias.');
  }
}

/** Whether a qualifier takes a version or an alias from a variable. */
export function isReference(qualifier: string): boolean {
  return REFERENCE.test(qualifier);
}

/** The version, or `!` and the alias, that a backend has in a stage. Undefined when the stage lacks its variable. */
export function qualifierIn({ stages }: Group, stage: string, qualifier: string): string | undefined {
  if (!qualifier.endsWith('#')) return qualifier;
  const [, alias = '', variable = ''] = REFERENCE.exec(qualifier) ?? [];
  const { variables = {} } = stages.get(stage) ?? {};
  const value = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
  return value === undefined ? undefined : alias + value;
}

function wrong(field: string, hint: string): PlatformError {
  return new PlatformError('invalid_request', `${field} is not usable`, { hint });
}

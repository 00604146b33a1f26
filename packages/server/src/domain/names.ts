import { FUNCTION_NAME } from '@funcgraph/api/limits';

const PACKAGE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,58}[A-Za-z0-9])?$/;
const VERSION_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,40}[A-Za-z0-9])?$/;
const ALIAS_NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/;

/** The package of a function that names none. */
export const DEFAULT_PACKAGE = 'default';

/** The version that can be changed; every function has it. */
export const LATEST = 'latest';

export function isFunctionName(name: string): boolean {
  return FUNCTION_NAME.test(name);
}

/** Like a function name, but may start with a digit. */
export function isPackageName(name: string): boolean {
  return PACKAGE_NAME.test(name);
}

/** At most 42 letters, digits, `_`, `-`, `.`; starts and ends with a letter or digit. `latest` is no name to publish under. */
export function isVersionName(name: string): boolean {
  return VERSION_NAME.test(name) && name !== LATEST;
}

/** At most 64 letters, digits, `_`, `-`; starts with a letter, ends with a letter or digit. `latest` is a version. */
export function isAliasName(name: string): boolean {
  return ALIAS_NAME.test(name) && name !== LATEST;
}

import { LIMITS } from '@funcgraph/api';
import { checkCount } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { TagMatch } from './types.ts';

/** Limits of TMS, the tag service that FunctionGraph uses. */
const KEY = /^[\p{L}\p{M}\p{N} _.:=+@-]+$/u;
const VALUE = /^[\p{L}\p{M}\p{N} _.:=+@/-]*$/u;
/** Begins the keys of tags that the platform sets. */
const SYSTEM = '_sys_';

/** Throws `invalid_tag`. */
export function checkTags(tags: readonly TagMatch[]): void {
  checkCount('tags', tags, LIMITS.tagsPerFunction, 'invalid_tag');
  if (tags.length === 0) {
    throw new PlatformError('invalid_tag', 'tags is missing or empty', {
      hint: 'For example {"tags":[{"key":"team","value":"shop"}]}.',
    });
  }
  tags.forEach(checkTag);
}

/** Throws `invalid_tag`. */
export function refuseRepeatedKeys(tags: readonly TagMatch[]): void {
  const keys = new Set<string>();
  for (const { key } of tags) {
    if (keys.has(key)) throw new PlatformError('invalid_tag', `the key ${key} is repeated in tags`);
    keys.add(key);
  }
}

function checkTag({ key, value = '' }: TagMatch, at: number): void {
  const hint = `1 to ${LIMITS.tagKeyChars} letters, digits, spaces and _ . : = + - @; no space at either end.`;
  if (key.startsWith(SYSTEM)) {
    throw new PlatformError('invalid_tag', `tags[${at}].key begins with ${SYSTEM}, which is for the platform`, {
      hint,
    });
  }
  if (!KEY.test(key) || key.trim() !== key || [...key].length > LIMITS.tagKeyChars) {
    throw new PlatformError('invalid_tag', `tags[${at}].key is not usable`, { hint });
  }
  if (!VALUE.test(value) || value.trim() !== value || [...value].length > LIMITS.tagValueChars) {
    throw new PlatformError('invalid_tag', `tags[${at}].value is not usable`, {
      hint: `At most ${LIMITS.tagValueChars} letters, digits, spaces and _ . : / = + - @; no space at either end.`,
    });
  }
}

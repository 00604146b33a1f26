import { LIMITS } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import type { Tag } from './types.ts';

/** Limits of TMS, the tag service that FunctionGraph uses. */
const KEY = /^[\p{L}\p{M}\p{N} _.:=+@-]+$/u;
const VALUE = /^[\p{L}\p{M}\p{N} _.:=+@/-]*$/u;
/** Begins the keys of tags that the platform sets. */
const SYSTEM = '_sys_';

/** Tags to set; a repeated key is refused. Throws `invalid_tag`, `invalid_request`. */
export function readTags(body: Kept): readonly Tag[] {
  const tags = entries(body, 'create').map((tag, at) => ({
    key: readKey(tag, at),
    value: readValue(tag, at) ?? '',
  }));
  const keys = new Set<string>();
  for (const { key } of tags) {
    if (keys.has(key)) throw new PlatformError('invalid_tag', `the key ${key} is repeated in tags`);
    keys.add(key);
  }
  return tags;
}

/** Tags to remove; without a value, or with an empty one, with any value. Throws `invalid_tag`, `invalid_request`. */
export function readTagsToRemove(body: Kept): readonly { readonly key: string; readonly value?: string }[] {
  return entries(body, 'delete').map((tag, at) => {
    const value = readValue(tag, at);
    return { key: readKey(tag, at), ...(value === undefined || value === '' ? {} : { value }) };
  });
}

function entries(body: Kept, action: 'create' | 'delete'): readonly WireFields[] {
  const fields = new WireFields(body);
  const said = fields.text('action') || action;
  if (said !== action) {
    throw new PlatformError('invalid_request', `action must be ${action} here`, {
      hint: 'Tags are set at tags/create and removed at tags/delete.',
    });
  }
  if ((fields.list('sys_tags', { max: LIMITS.tagsPerFunction, code: 'invalid_tag' }) ?? []).length > 0) {
    throw new PlatformError('invalid_tag', 'sys_tags are set by the platform', {
      hint: 'The enterprise project of a function is changed with its configuration (enterprise_project_id).',
    });
  }
  const tags = fields.list('tags', { max: LIMITS.tagsPerFunction, code: 'invalid_tag' }) ?? [];
  if (tags.length > 0) return tags;
  throw new PlatformError('invalid_tag', 'tags is missing or empty', {
    hint: 'For example {"tags":[{"key":"team","value":"shop"}]}.',
  });
}

function readKey(tag: WireFields, at: number): string {
  const key = tag.text('key', { code: 'invalid_tag' }) ?? '';
  const hint = `1 to ${LIMITS.tagKeyChars} letters, digits, spaces and _ . : = + - @; no space at either end.`;
  if (key.startsWith(SYSTEM)) {
    throw new PlatformError('invalid_tag', `tags[${at}].key begins with ${SYSTEM}, which is for the platform`, {
      hint,
    });
  }
  if (!KEY.test(key) || key.trim() !== key || [...key].length > LIMITS.tagKeyChars) {
    throw new PlatformError('invalid_tag', `tags[${at}].key is not usable`, { hint });
  }
  return key;
}

function readValue(tag: WireFields, at: number): string | undefined {
  const value = tag.text('value', { code: 'invalid_tag' });
  if (value === undefined) return undefined;
  if (!VALUE.test(value) || value.trim() !== value || [...value].length > LIMITS.tagValueChars) {
    throw new PlatformError('invalid_tag', `tags[${at}].value is not usable`, {
      hint: `At most ${LIMITS.tagValueChars} letters, digits, spaces and _ . : / = + - @; no space at either end.`,
    });
  }
  return value;
}

import { checkCount, checkRange } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Tag, TagFilter } from './types.ts';

const MOST_FILTERS = 20;
export const MOST_ON_PAGE = 1000;
const MAX_OFFSET = 1_000_000;

/** A question for functions by their tags. */
export interface TagSearch {
  /** Only functions without tags; `tags` has no effect in that case. */
  readonly withoutAnyTag: boolean;
  readonly tags: readonly TagFilter[];
  readonly systemTags: readonly TagFilter[];
  /** A part of the name, in any case of letters. */
  readonly namePart: string | undefined;
  readonly id: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** The scope of a search. */
export interface Tagged {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly systemTags: readonly Tag[];
}

/** Throws `invalid_request`, `invalid_tag`. */
export function checkTagSearch({ tags, systemTags, offset, limit }: TagSearch): void {
  checkCount('tags', tags, MOST_FILTERS, 'invalid_tag');
  checkCount('sys_tags', systemTags, MOST_FILTERS, 'invalid_tag');
  if (tags.some(({ key }) => key === '')) throw withoutKey('tags');
  if (systemTags.some(({ key }) => key === '')) throw withoutKey('sys_tags');
  checkRange('offset', offset, { min: 0, max: MAX_OFFSET });
  checkRange('limit', limit, { min: 1, max: MOST_ON_PAGE });
}

/** Whether a function is one of those that are looked for. */
export function isFound(search: TagSearch, { id, name, tags, systemTags }: Tagged): boolean {
  return (
    (!search.withoutAnyTag || tags.length === 0) &&
    (search.id === undefined || search.id === id) &&
    (search.namePart === undefined || name.toLowerCase().includes(search.namePart.toLowerCase())) &&
    (search.withoutAnyTag || search.tags.every((filter) => has(tags, filter))) &&
    search.systemTags.every((filter) => has(systemTags, filter))
  );
}

/** Every key with its values, both in order. */
export function valuesByKey(tags: Iterable<Tag>): readonly TagFilter[] {
  const keys = new Map<string, Set<string>>();
  for (const { key, value } of tags) keys.set(key, (keys.get(key) ?? new Set()).add(value));
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, values]) => ({ key, values: [...values].sort() }));
}

function has(tags: readonly Tag[], { key, values }: TagFilter): boolean {
  return tags.some((tag) => tag.key === key && (values.length === 0 || values.includes(tag.value)));
}

function withoutKey(field: string): PlatformError {
  return new PlatformError('invalid_tag', `${field} has a filter without a key`);
}

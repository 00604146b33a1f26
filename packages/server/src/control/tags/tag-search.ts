import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import type { Tag, TagFilter } from './types.ts';

const MOST_FILTERS = 20;
const MOST_ON_PAGE = 1000;
const MAX_OFFSET = 1_000_000;

/** A question for functions by their tags. */
export interface TagSearch {
  /** Only functions without tags; `tags` is empty in that case. */
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

/** Reads the body of a search. `action` is that of the path. Throws `invalid_request` or `invalid_tag`. */
export function readTagSearch(body: Kept, action: 'filter' | 'count'): TagSearch {
  const fields = new WireFields(body);
  const said = fields.text('action') || action;
  if (said !== action) throw new PlatformError('invalid_request', `action must be ${action}, as in the path`);
  const withoutAnyTag = fields.flag('without_any_tag') ?? false;
  const matches = readMatches(fields);
  return {
    withoutAnyTag,
    tags: withoutAnyTag ? [] : readFilters(fields, 'tags'),
    systemTags: readFilters(fields, 'sys_tags'),
    namePart: matches.get('resource_name')?.toLowerCase(),
    id: matches.get('resource_id'),
    offset: fields.integer('offset', { min: 0, max: MAX_OFFSET }) ?? 0,
    limit: fields.integer('limit', { min: 1, max: MOST_ON_PAGE }) ?? MOST_ON_PAGE,
  };
}

/** Whether a function is one of those that are looked for. */
export function isFound(search: TagSearch, { id, name, tags, systemTags }: Tagged): boolean {
  return (
    (!search.withoutAnyTag || tags.length === 0) &&
    (search.id === undefined || search.id === id) &&
    (search.namePart === undefined || name.toLowerCase().includes(search.namePart)) &&
    search.tags.every((filter) => has(tags, filter)) &&
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

function readFilters(fields: WireFields, name: 'tags' | 'sys_tags'): readonly TagFilter[] {
  return (fields.list(name, { max: MOST_FILTERS, code: 'invalid_tag' }) ?? []).map((filter) => {
    const key = filter.text('key', { code: 'invalid_tag' }) ?? '';
    if (key === '') throw new PlatformError('invalid_tag', `${name} has a filter without a key`);
    return { key, values: filter.texts('values') ?? [] };
  });
}

function readMatches(fields: WireFields): ReadonlyMap<string, string> {
  const matches = new Map<string, string>();
  for (const match of fields.list('matches', { max: MOST_FILTERS, code: 'invalid_request' }) ?? []) {
    const key = match.text('key') ?? '';
    if (key !== 'resource_name' && key !== 'resource_id') {
      throw new PlatformError(
        'invalid_request',
        `matches: functions are not found by ${JSON.stringify(key.slice(0, 60))}`,
        {
          hint: 'resource_name and resource_id can be matched.',
        },
      );
    }
    const value = match.text('value') ?? '';
    if (value !== '') matches.set(key, value);
  }
  return matches;
}

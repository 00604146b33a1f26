import { describe, expect, it } from 'vitest';
import { tagSearch, tagsOf } from './handlers.ts';

const TAG = { key: 'team', value: 'shop' };

describe('the body of tags', () => {
  it('is read for the action of its path', () => {
    expect(tagsOf({ action: 'create', tags: [TAG, { key: 'none' }], sys_tags: [] }, 'create')).toEqual([
      TAG,
      { key: 'none', value: undefined },
    ]);
  });

  it.each([
    ['another action', { action: 'delete', tags: [TAG] }, 'action'],
    ['tags of the platform', { tags: [TAG], sys_tags: [TAG] }, 'sys_tags'],
  ])('is refused with %s', (_what, body, text) => {
    expect(() => tagsOf(body, 'create')).toThrow(text);
  });
});

describe('the body of a search', () => {
  it('names functions by a part of the name and by the URN', () => {
    const matches = [
      { key: 'resource_name', value: 'order' },
      { key: 'resource_id', value: 'urn' },
    ];
    expect(tagSearch({ matches, limit: 10, offset: 5 }, 'filter')).toMatchObject({
      namePart: 'order',
      id: 'urn',
      limit: 10,
      offset: 5,
    });
    expect(tagSearch({}, 'count')).toMatchObject({ namePart: undefined, limit: 1000, offset: 0 });
  });

  it.each([
    ['a field that functions are not found by', { matches: [{ key: 'colour', value: 'red' }] }, 'colour'],
    ['the other action', { action: 'count' }, 'action'],
  ])('is refused with %s', (_what, body, text) => {
    expect(() => tagSearch(body, 'filter')).toThrow(text);
  });
});

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { refusal } from '../../lib/testing.ts';
import { checkTags, refuseRepeatedKeys } from './check-tags.ts';
import { checkTagSearch, isFound, type Tagged, type TagSearch, valuesByKey } from './tag-search.ts';
import { TagStore } from './tag-store.ts';
import { Tags } from './tags.ts';
import type { Tag } from './types.ts';

const P = 'p1';
const NAME = { projectId: P, package: 'default', name: 'hello' };
const tagged = (...tags: [string, string?][]) => tags.map(([key, value = '']) => ({ key, value }));
const search = (change: Partial<TagSearch>): TagSearch => ({
  withoutAnyTag: false,
  tags: [],
  systemTags: [],
  namePart: undefined,
  id: undefined,
  offset: 0,
  limit: 10,
  ...change,
});

describe('tags of functions', () => {
  let control: TestControl;
  let tags: Tags;
  const create = (name = 'hello') =>
    control.functions.create(P, { name, runtime: 'Node.js20.15', handler: 'index.handler' });

  beforeEach(async () => {
    control = await openTestControl();
    tags = new Tags(control.functions.access, new TagStore(control.storage.db, 'function'));
    await create();
  });
  afterEach(() => control.close());

  it('are set, changed and listed by key', async () => {
    await tags.set(NAME, tagged(['team', 'shop'], ['env', 'prod'], ['empty']));
    await tags.set(NAME, tagged(['env', 'test']));
    expect(await tags.list(NAME)).toEqual([
      { key: 'empty', value: '' },
      { key: 'env', value: 'test' },
      { key: 'team', value: 'shop' },
    ]);
  });

  it('are removed by key, and with a value only when it is this one', async () => {
    await tags.set(NAME, tagged(['a', '1'], ['b', '2'], ['c', '3']));
    await tags.remove(NAME, tagged(['a'], ['b', 'other'], ['c', '3'], ['unknown', 'x']));
    expect(await tags.list(NAME)).toEqual([{ key: 'b', value: '2' }]);
  });

  it('are at most 20, and nothing of a change over that is kept', async () => {
    const many = Array.from({ length: 20 }, (_, n): [string, string] => [`k${n}`, 'v']);
    await tags.set(NAME, tagged(...many));
    expect(await refusal(tags.set(NAME, tagged(['k0', 'new'], ['k20', 'v'])))).toBe('tag_quota');
    expect((await tags.list(NAME)).find(({ key }) => key === 'k0')?.value).toBe('v');
    await tags.set(NAME, tagged(['k0', 'new']));
    expect(await tags.list(NAME)).toHaveLength(20);
  });

  it('hold the quota when many are set at once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 25 }, (_, n) => tags.set(NAME, tagged([`k${n}`, 'v']))),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(5);
    expect(await tags.list(NAME)).toHaveLength(20);
  });

  it('go with their function', async () => {
    await tags.set(NAME, tagged(['a', '1']));
    await control.functions.delete(NAME);
    expect(await refusal(tags.list(NAME))).toBe('function_not_found');
    expect((await tags.ofProject(P)).size).toBe(0);
    await create();
    expect(await tags.list(NAME)).toEqual([]);
  });

  it('belong to existing functions', async () => {
    const missing = { ...NAME, name: 'missing' };
    expect(await refusal(tags.list(missing))).toBe('function_not_found');
    expect(await refusal(tags.set(missing, tagged(['a'])))).toBe('function_not_found');
    expect(await refusal(tags.remove(missing, tagged(['a'])))).toBe('function_not_found');
  });

  it('are known by function for a whole project', async () => {
    const other = (await create('other')).fn;
    await create('plain');
    await tags.set(NAME, tagged(['a', '1']));
    await tags.set({ ...NAME, name: 'other' }, tagged(['a', '2'], ['b', '3']));
    const found = await tags.ofProject(P);
    expect(found.size).toBe(2);
    expect(found.get(other.id)).toEqual([
      { key: 'a', value: '2' },
      { key: 'b', value: '3' },
    ]);
    expect((await tags.ofProject('p2')).size).toBe(0);
  });
});

describe('the form of a tag', () => {
  const refusals: [what: string, tags: readonly Tag[], text: string][] = [
    ['an empty list', [], 'tags'],
    ['no key', tagged(['']), 'tags[0].key'],
    ['a space at the end', tagged(['ok'], ['a ']), 'tags[1].key'],
    ['another sign', tagged(['a*']), 'tags[0].key'],
    ['a line break', tagged(['a\nb']), 'tags[0].key'],
    ['a key of 129 characters', tagged(['k'.repeat(129)]), 'tags[0].key'],
    ['a key of the platform', tagged(['_sys_enterprise_project_id', '0']), 'tags[0].key'],
    ['a value of 256 characters', tagged(['k', 'v'.repeat(256)]), 'tags[0].value'],
    ['a value with another sign', tagged(['k', '<b>']), 'tags[0].value'],
    ['a repeated key', tagged(['k', '1'], ['k', '2']), 'repeated'],
    ['21 tags', tagged(...Array.from({ length: 21 }, (_, n): [string] => [`k${n}`])), 'tags'],
  ];
  it.each(refusals)('is not %s', (_what, tags, text) => {
    try {
      checkTags(tags);
      refuseRepeatedKeys(tags);
    } catch (error) {
      expect(error).toBeInstanceOf(PlatformError);
      expect((error as PlatformError).message).toContain(text);
      return;
    }
    throw new Error('fine');
  });

  it('is a key of 128 characters with a value of 255, of any language', () => {
    const tags = tagged(['键'.repeat(128), '値/'.repeat(127)], ['a b_.:=+-@', 'a b_.:=+-@/'], ['none']);
    expect(() => checkTags(tags)).not.toThrow();
  });
});

describe('a search by tags', () => {
  const one: Tagged = {
    id: 'urn:one',
    name: 'Order-One',
    tags: [
      { key: 'env', value: 'prod' },
      { key: 'team', value: 'shop' },
    ],
    systemTags: [{ key: 'sys', value: '0' }],
  };
  const plain: Tagged = { id: 'urn:plain', name: 'plain', tags: [], systemTags: [{ key: 'sys', value: 'e1' }] };
  const cases: [what: string, requested: Partial<TagSearch>, found: readonly Tagged[]][] = [
    ['nothing asked', {}, [one, plain]],
    ['a key with one of its values', { tags: [{ key: 'env', values: ['test', 'prod'] }] }, [one]],
    ['a key with any value', { tags: [{ key: 'env', values: [] }] }, [one]],
    ['another value', { tags: [{ key: 'env', values: ['test'] }] }, []],
    [
      'two keys',
      {
        tags: [
          { key: 'env', values: [] },
          { key: 'team', values: ['shop'] },
        ],
      },
      [one],
    ],
    [
      'two keys of which it has one',
      {
        tags: [
          { key: 'env', values: [] },
          { key: 'cost', values: [] },
        ],
      },
      [],
    ],
    ['those without tags', { withoutAnyTag: true, tags: [{ key: 'env', values: [] }] }, [plain]],
    ['a tag of the platform', { systemTags: [{ key: 'sys', values: ['e1'] }] }, [plain]],
    ['a part of the name', { namePart: 'order' }, [one]],
    ['the id', { id: 'urn:plain' }, [plain]],
  ];
  it.each(cases)('finds by: %s', (_what, requested, found) => {
    expect([one, plain].filter((fn) => isFound(search(requested), fn))).toEqual(found);
  });

  it.each<[string, Partial<TagSearch>]>([
    ['a limit of 0', { limit: 0 }],
    ['a limit over 1000', { limit: 1001 }],
    ['an offset below 0', { offset: -1 }],
    ['a filter without a key', { tags: [{ key: '', values: ['a'] }] }],
  ])('is refused with %s', (_what, requested) => {
    expect(() => checkTagSearch(search(requested))).toThrow(PlatformError);
  });

  it('finds every function by each of its own tags, and by none that it lacks', () => {
    const word = fc.string({ minLength: 1, maxLength: 5 });
    const tag = fc.record({ key: word, value: word });
    fc.assert(
      fc.property(fc.uniqueArray(tag, { selector: ({ key }) => key, maxLength: 5 }), tag, (tags, other) => {
        const fn = { ...plain, tags };
        const finds = ({ key, value }: { key: string; value: string }): boolean =>
          isFound(search({ tags: [{ key, values: [value] }] }), fn);
        return (
          tags.every(finds) &&
          finds(other) === tags.some(({ key, value }) => key === other.key && value === other.value)
        );
      }),
    );
  });

  it('gathers keys with their values in order', () => {
    expect(valuesByKey([...one.tags, { key: 'env', value: 'a' }, { key: 'env', value: 'prod' }])).toEqual([
      { key: 'env', values: ['a', 'prod'] },
      { key: 'team', values: ['shop'] },
    ]);
  });
});

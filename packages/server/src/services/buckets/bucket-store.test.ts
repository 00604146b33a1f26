import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openTestBuckets, testCaller } from './testing.ts';

const caller = testCaller();

it('a listing of the database has the entries that a look at every key finds, in any pages', {
  timeout: 60_000,
}, async () => {
  const { buckets, storage, close } = await openTestBuckets();
  await buckets.createBucket(caller, 'photos');
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'ä', '\uffff', '𝄞', '\0'), maxLength: 4 });
  const { id } = await storage.db.selectFrom('bucket').select('id').executeTakeFirstOrThrow();
  const keys = fc.sample(text, { numRuns: 300, seed: 1 });
  const all = [...new Set(keys)].filter((key) => key !== '');
  const row = { bucket_id: id, in_parts: 0, size: 1, etag: 'e', modified_at: 1, sequence: 1, content: '{}' };
  const rows = all.map((key, n) => ({ ...row, key: Buffer.from(key), version: `${n}` }));
  await storage.db.insertInto('bucket_object').values(rows).execute();
  const request = fc.record({
    prefix: text,
    delimiter: fc.constantFrom('', '/', 'ä', 'ab'),
    limit: fc.integer({ min: 5, max: 400 }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ prefix, delimiter, limit }) => {
      const found: string[] = [];
      for (let after = ''; ; ) {
        const page = await buckets.list(caller, { bucket: 'photos', prefix, delimiter, after, limit });
        found.push(...page.objects.map(({ key }) => key), ...page.prefixes.map((each) => `${each} ...`));
        if (page.next === undefined) break;
        after = page.next;
      }
      const entries = all
        .filter((key) => key.startsWith(prefix))
        .map((key) => {
          const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
          return at === -1 ? key : `${key.slice(0, at + delimiter.length)} ...`;
        });
      expect(found.sort()).toEqual([...new Set(entries)].sort());
    }),
    { numRuns: 60 },
  );
  await close();
});

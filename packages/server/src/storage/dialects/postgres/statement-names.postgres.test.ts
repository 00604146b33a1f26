import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { newPlace } from '../../testing.ts';
import { openAt } from '../../testing-place.ts';

it('a server reads and writes whole rows as before while a newer one adds columns', async () => {
  const place = await newPlace('');
  const [older, newer] = [await openAt(place), await openAt(place)];
  try {
    const read = () => older.db.selectFrom('lease').selectAll().execute();
    const write = (name: string) =>
      older.db.insertInto('lease').values({ name, owner: 'a', epoch: 1 }).returningAll().executeTakeFirst();
    // sessions of a pool take turns: each has seen the statements
    for (let n = 0; n < 5; n += 1) await Promise.all([read(), read(), write(`lease-${n}`), write(`other-${n}`)]);
    await sql`alter table lease add column added text default 'new'`.execute(newer.db);
    for (let n = 5; n < 10; n += 1) {
      await Promise.all([read(), read(), read()]);
      expect(await write(`lease-${n}`)).toMatchObject({ name: `lease-${n}`, added: 'new' });
    }
    expect(await read()).toHaveLength(15);
  } finally {
    await older.close();
    await newer.close();
  }
});

import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openTestStorage } from '../testing.ts';
import { sessionGenerations0064 } from './0064-session-generations.ts';

const HOUR_MS = 3_600_000;
const CREATED = 1_000;

it('signs nobody out, except for users whose sessions ended lately, and sessions that a wrong clock may have kept', async () => {
  const storage = await openTestStorage();
  const { db, kind } = storage;
  try {
    await sql.raw(`drop trigger iam_user_ends_sessions${kind === 'postgres' ? ' on iam_user' : ''}`).execute(db);
    if (kind === 'postgres') await sql`drop function end_sessions()`.execute(db);
    await sql`drop table session_generation`.execute(db);
    await db.insertInto('domain').values({ id: 'd', name: 'd', operator: 0 }).execute();
    const now = Date.now();
    const ended = { never: CREATED, 'long ago': now - 40 * HOUR_MS, lately: now - 30 * HOUR_MS };
    for (const [id, sessions_from] of Object.entries(ended)) {
      const rest = { domain_id: 'd', name: id, password_hash: 'h', description: '', enabled: 1, last_login_at: null };
      await db
        .insertInto('iam_user')
        .values({ id, created_at: CREATED, sessions_from, ...rest })
        .execute();
    }
    const sessions = {
      'never 1': CREATED,
      'long ago 11': ended['long ago'] + 11 * HOUR_MS,
      'long ago 13': ended['long ago'] + 13 * HOUR_MS,
    };
    for (const [id, created_at] of Object.entries(sessions)) {
      const user_id = id.replace(/ \d+$/, '');
      const rest = { access_key: null, last_used_at: created_at, expires_at: now + HOUR_MS };
      await db
        .insertInto('console_session')
        .values({ id, user_id, created_at, ...rest })
        .execute();
    }
    await sessionGenerations0064.up(db);
    const rows = await db.selectFrom('session_generation').selectAll().execute();
    expect(rows).toEqual([{ user_id: 'lately', generation: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
    const left = await db.selectFrom('console_session').select('id').orderBy('id').execute();
    expect(left.map(({ id }) => id)).toEqual(['long ago 13', 'never 1']);
    await db.deleteFrom('iam_user').where('id', '=', 'lately').execute();
    expect(await db.selectFrom('session_generation').selectAll().execute()).toEqual([]);
  } finally {
    await storage.close();
  }
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { newPlace } from '../../storage/testing.ts';
import { openAt } from '../../storage/testing-place.ts';
import { TopicStore } from '../topics/topic-store.ts';
import { AlarmStore } from './alarm-store.ts';
import { BEGIN, crashParts, MINUTE_MS, RULES, TOPIC } from './crash-parts.fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'fg-alarms-crash-'));
const worker = fileURLToPath(new URL('./crash-worker.fixture.ts', import.meta.url));

let place: string;
beforeAll(async () => {
  place = await newPlace(dir);
  const storage = await openAt(place);
  const fn = { id: 'f1', project_id: 'p1', package: 'default', name: 'hello', runtime: 'r', collected: 0 };
  await storage.db
    .insertInto('function')
    .values({ ...fn, created_at: 1 })
    .execute();
  const times = { createdAt: 1, modifiedAt: 1 };
  const topic = { id: 't1', projectId: 'p1', name: 'ops', displayName: '', enterpriseProjectId: '0', ...times };
  await new TopicStore(storage.db).insert(topic, 1);
  const store = new AlarmStore(storage.db);
  for (let n = 0; n < RULES; n += 1) {
    await store.insert(
      {
        id: `r${n}`,
        projectId: 'p1',
        name: `r${n}`,
        target: { kind: 'function', functionId: 'f1', package: 'default', name: 'hello' },
        ...{ description: '', enabled: true, metric: 'count', statistic: 'sum', period: 1 },
        condition: { comparison: '>', threshold: 0, periods: 1, breaching: 1, missing: 'keep' },
        ...{ topics: [TOPIC], notifyOn: ['alarm', 'ok'], setBy: { kind: 'user', id: 'u1' } },
        // the first minute is 0, and the second one 1
        ...{ state: 'no_data', noticed: 'ok', stateSince: BEGIN, value: undefined, changes: 0, judgedTo: BEGIN },
        ...times,
      },
      RULES,
    );
  }
  await storage.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function judgeUntilKilled(when: 'before' | 'after', step: number): Promise<void> {
  const args = ['--conditions=@funcgraph/source', worker, place, when, String(step)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
}

it('each change of a state has its message once, whenever the server is killed', { timeout: 120_000 }, async () => {
  // steps are the changes of the rules, and then the progress of the minute
  await judgeUntilKilled('before', 3);
  await judgeUntilKilled('after', 3);
  await judgeUntilKilled('after', RULES + 1);
  await judgeUntilKilled('before', RULES + 1);
  await judgeUntilKilled('after', 2 * RULES);
  const storage = await openAt(place);
  try {
    const begin = (await new AlarmStore(storage.db).judgedTo()) ?? BEGIN;
    const clock = new ManualClock(begin + MINUTE_MS + 21_000);
    const { store, evaluator, start, judgedTo } = crashParts(storage, clock, (given) => storage.atomic(given));
    start();
    await judgedTo(begin + 2 * MINUTE_MS);
    await evaluator.stop();
    const end = (await store.judgedTo()) ?? begin;
    const published: string[] = [];
    const minutes = Array.from({ length: (end - BEGIN) / MINUTE_MS }, (_, at) => BEGIN + (at + 1) * MINUTE_MS);
    for (let n = 0; n < RULES; n += 1) {
      const changes = (await store.changes(`r${n}`)).toReversed();
      // the stop may have cut the judging of one more minute
      const cut = changes.length > minutes.length ? [end + MINUTE_MS] : [];
      expect(changes.map(({ at }) => at)).toEqual([...minutes, ...cut]);
      expect(changes.map(({ number }) => number)).toEqual(changes.map((_, at) => at + 1));
      // the first `ok` is no news
      expect(changes.filter(({ notices }) => notices.length > 0)).toHaveLength(changes.length - 1);
      for (const { notices } of changes) published.push(...notices.map(({ messageId = '' }) => messageId));
    }
    const stored = await storage.db.selectFrom('topic_message').select('id').execute();
    expect(stored.map(({ id }) => id).toSorted()).toEqual(published.toSorted());
  } finally {
    await storage.close();
  }
});

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { dayMs } from './day.ts';
import { openTelemetry, type Telemetry, type TelemetryOptions } from './index.ts';
import { logLine } from './testing.ts';
import type { LogLine, LogPage, LogQuery } from './types.ts';

const start = Date.UTC(2026, 2, 10, 12);
let dir: string;
let clock: ManualClock;
let telemetry: Telemetry;
let errors: unknown[];

const open = async (more: Partial<TelemetryOptions> = {}): Promise<void> => {
  const onError = (error: unknown) => void errors.push(error);
  telemetry = await openTelemetry({ dir, retainDays: 3, clock, onError, ...more });
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fg-logs-'));
  clock = new ManualClock(start);
  errors = [];
  await open();
});
afterEach(async () => {
  await telemetry.close();
  rmSync(dir, { recursive: true, force: true });
});

const append = (...lines: Array<Partial<LogLine> | string>): void => {
  telemetry.logs.append(
    lines.map((line) => logLine({ time: clock.now(), ...(typeof line === 'string' ? { message: line } : line) })),
  );
};
const query = (more: Partial<LogQuery> = {}): Promise<LogPage> =>
  telemetry.logs.query({ functionKey: 'p1/f', from: 0, to: start * 2, limit: 100, order: 'asc', ...more });
const messages = async (more: Partial<LogQuery> = {}): Promise<string[]> =>
  (await query(more)).lines.map((line) => line.message);

/** All messages, by pages of `limit`. */
const pages = async (limit: number, more: Partial<LogQuery> = {}): Promise<string[][]> => {
  const found: string[][] = [];
  let cursor: string | null = null;
  do {
    const page: LogPage = await query({ limit, ...more, ...(cursor === null ? {} : { cursor }) });
    found.push(page.lines.map((line) => line.message));
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
};

describe('a query', () => {
  it('finds a line just appended, with all its fields', async () => {
    const line = logLine({ time: start, message: 'hello', level: 'ERROR', version: 'v1', requestId: 'r7' });
    telemetry.logs.append([line]);
    expect((await query()).lines).toEqual([line]);
  });

  it('sees the lines of its function only', async () => {
    append('mine', { message: 'theirs', functionKey: 'p2/f' });
    expect(await messages()).toEqual(['mine']);
    expect(await messages({ requestId: 'r1' })).toEqual(['mine']);
    expect(await messages({ keyword: 'theirs' })).toEqual([]);
    expect(await messages({ functionKey: 'nobody' })).toEqual([]);
  });

  it('filters by request, instance, version, level and time', async () => {
    append(
      { message: 'a', requestId: 'r2', instanceId: 'i-2' },
      { message: 'b', version: 'v1' },
      { message: 'c', level: 'WARN' },
    );
    clock.advance(10);
    append({ message: 'd', level: 'ERROR' });
    expect(await messages({ requestId: 'r2' })).toEqual(['a']);
    expect(await messages({ instanceId: 'i-2' })).toEqual(['a']);
    expect(await messages({ instanceId: 'i-2', keyword: 'a' })).toEqual(['a']);
    expect(await messages({ instanceId: 'i-2', requestId: 'r1' })).toEqual([]);
    expect(await messages({ versions: ['v1'] })).toEqual(['b']);
    expect(await messages({ versions: ['v1', 'latest'] })).toEqual(await messages({}));
    expect(await messages({ levels: ['WARN', 'ERROR'] })).toEqual(['c', 'd']);
    expect(await messages({ levels: [] })).toEqual([]);
    expect(await messages({ from: start + 10 })).toEqual(['d']);
    expect(await messages({ to: start + 10, order: 'desc' })).toEqual(['c', 'b', 'a']);
  });

  it('does not take an empty request id for a request', async () => {
    append({ message: 'start', requestId: '' });
    expect(await messages({ requestId: '' })).toEqual([]);
    expect(await messages()).toEqual(['start']);
  });

  it.each(['asc', 'desc'] as const)('returns pages across days without gaps or duplicates (%s)', async (order) => {
    const all: string[] = [];
    for (let day = 0; day < 3; day += 1) {
      for (let n = 0; n < 7; n += 1) {
        append({ message: `word ${day}.${n}`, requestId: n % 2 === 0 ? 'even' : 'odd' });
        all.push(`word ${day}.${n}`);
        if (n % 3 === 0) clock.advance(1);
      }
      clock.advance(dayMs);
      await telemetry.flush();
    }
    await telemetry.close();
    await open({ retainDays: 30 });
    if (order === 'desc') all.reverse();
    expect((await pages(4, { order })).flat()).toEqual(all);
    expect((await pages(7, { order })).map((page) => page.length)).toEqual([7, 7, 7]);
    expect((await pages(4, { order, keyword: 'WORD' })).flat()).toEqual(all);
    expect((await pages(4, { order, keyword: 'ord ' })).flat()).toEqual(all);
    expect((await pages(2, { order, requestId: 'odd' })).flat()).toHaveLength(9);
  });

  it('answers in time with the lines found so far, and continues from there', async () => {
    await telemetry.close();
    await open({ searchBudgetMs: 0 });
    const batch = Array.from({ length: 25_000 }, (_, n) => logLine({ time: start, message: `needle-${n % 12_500}.` }));
    for (let n = 0; n < batch.length; n += 5000) {
      telemetry.logs.append(batch.slice(n, n + 5000));
      await telemetry.flush();
    }
    const first = await query({ keyword: 'needle-12499.', order: 'desc' });
    expect(first).toMatchObject({
      complete: false,
      lines: [{ message: 'needle-12499.' }, { message: 'needle-12499.' }],
    });
    expect((await pages(100, { keyword: '-3.', order: 'asc' })).flat()).toEqual(['needle-3.', 'needle-3.']);
  });

  it('is refused when it makes no sense', async () => {
    const range = [{ limit: 0 }, { limit: 5001 }, { from: 5, to: 5 }, { from: Number.NaN }];
    for (const more of [...range, { keyword: '' }, { keyword: 'x'.repeat(1025) }]) {
      await expect(query(more)).rejects.toMatchObject({ code: 'telemetry.query', hint: expect.any(String) });
    }
  });

  it('is refused with a foreign cursor', async () => {
    const traversal = Buffer.from('["scan","../../x",1,2]').toString('base64url');
    for (const cursor of ['x', 'W10', '', traversal, 'A'.repeat(100_000)]) {
      await expect(query({ cursor })).rejects.toMatchObject({ code: 'telemetry.cursor', hint: expect.any(String) });
    }
  });

  it('takes any time range that numbers can express', async () => {
    append('a');
    expect(await messages({ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY })).toEqual(['a']);
  });
});

describe('a keyword', () => {
  it('finds whole words in any order and case, and parts of words without a whole match', async () => {
    append('Connection to db REFUSED', 'refused connections', 'connection timeouts');
    expect(await messages({ keyword: 'refused connection' })).toEqual(['Connection to db REFUSED']);
    expect(await messages({ keyword: 'connection' })).toEqual(['Connection to db REFUSED', 'connection timeouts']);
    expect(await messages({ keyword: 'timeout' })).toEqual(['connection timeouts']);
    expect(await messages({ keyword: 'nnec' })).toHaveLength(3);
    expect(await messages({ keyword: 'absent' })).toEqual([]);
  });

  it('finds text with signs anywhere, in any case of ASCII letters', async () => {
    append('GET /Api/v2?id=5', 'get /api/v2?id=50%', 'a_b', 'axb');
    expect(await messages({ keyword: '/API/v2?ID=5' })).toHaveLength(2);
    expect(await messages({ keyword: '50%' })).toEqual(['get /api/v2?id=50%']);
    expect(await messages({ keyword: 'a_b' })).toEqual(['a_b']);
  });

  it('finds Chinese text and other letters beyond ASCII', async () => {
    append('函数执行超时,请检查配置', '函数执行成功', 'Größe überschritten', '🚀 launched');
    expect(await messages({ keyword: '执行超时' })).toEqual(['函数执行超时,请检查配置']);
    expect(await messages({ keyword: '函数' })).toHaveLength(2);
    expect(await messages({ keyword: 'Größe' })).toEqual(['Größe überschritten']);
    expect(await messages({ keyword: '🚀' })).toEqual(['🚀 launched']);
  });

  it('is searched as plain text with any signs', async () => {
    const quotes = ['"', "'", "' OR 1=1 --", 'a" OR "b', '\\'];
    const operators = ['message:x', 'x*', '^x', 'NEAR(a b)', '-x', '{x}', '%', '_', '\u0000'];
    append('some x and b text');
    for (const keyword of [...quotes, ...operators]) {
      expect([keyword, await messages({ keyword })]).toEqual([keyword, []]);
      append({ message: `before ${keyword} after`, functionKey: keyword });
      expect(await messages({ keyword, functionKey: keyword })).toHaveLength(1);
    }
    expect(await messages({ keyword: '\ud800' })).toEqual([]);
  });

  it('may be a word that is an operator elsewhere', async () => {
    for (const keyword of ['AND', 'OR', 'NOT', 'NEAR']) {
      append(`this ${keyword} that`);
      expect(await messages({ keyword })).toEqual([`this ${keyword} that`]);
      expect(await messages({ keyword: `this ${keyword} that` })).toHaveLength(1);
    }
  });
});

describe('data of an instance', () => {
  it('gets the time of arrival when its clock is far off', async () => {
    for (const time of [0, Number.NaN, start - 2 * dayMs, start + dayMs, 1e300, Number.NEGATIVE_INFINITY])
      append({ time });
    append({ time: start - 1000 });
    const times = (await query({ order: 'desc' })).lines.map((line) => line.time - start);
    expect(times).toEqual([0, 0, 0, 0, 0, 0, -1000]);
    expect(readdirSync(join(dir, 'logs')).filter((name) => /^\d.*\.db$/.test(name))).toEqual(['2026-03-10.db']);
  });

  it('is cut to a bounded length', async () => {
    append({ message: 'x'.repeat(200_000), requestId: 'r'.repeat(10_000) });
    const [line] = (await query()).lines;
    expect(line?.message).toHaveLength(96 * 1024 + '… (cut)'.length);
    expect(line?.requestId).toHaveLength(512);
  });
});

describe('writing', () => {
  it('happens by itself after 50 ms, or at once when 500 lines wait', async () => {
    append('a');
    expect(telemetry.logs.bufferedLines).toBe(1);
    clock.advance(49);
    expect(telemetry.logs.bufferedLines).toBe(1);
    clock.advance(1);
    expect(telemetry.logs.bufferedLines).toBe(0);
    await telemetry.flush();
    append(...Array.from({ length: 499 }, () => 'b'));
    expect(telemetry.logs.bufferedLines).toBe(499);
    append('c');
    expect(telemetry.logs.bufferedLines).toBe(0);
  });

  it('drops the oldest lines when there are too many, and reports it in the log', async () => {
    await telemetry.close();
    await open({ maxBuffered: 600 });
    append(...Array.from({ length: 500 }, (_, n) => `sent ${n}`));
    append(...Array.from({ length: 650 }, (_, n) => ({ message: `held ${n}`, functionKey: n < 40 ? 'p1/g' : 'p1/f' })));
    const found = await messages({ limit: 5000 });
    expect(found).toContain('10 log lines are missing here: they came faster than they could be handled');
    expect(found).toHaveLength(500 + 600 + 1);
    expect(found).not.toContain('held 49');
    expect(found).toContain('held 50');
    expect(await messages({ functionKey: 'p1/g' })).toEqual([
      '40 log lines are missing here: they came faster than they could be handled',
    ]);
    expect(telemetry.logs.droppedLines).toBe(50);
  });

  it('reports a batch that cannot be written, counts it, and continues', async () => {
    await telemetry.flush();
    const blocked = join(dir, 'logs', '2026-03-10.db');
    rmSync(blocked, { force: true });
    mkdirSync(blocked);
    append('lost');
    await telemetry.flush();
    expect(errors).toHaveLength(1);
    expect(telemetry.logs.droppedLines).toBe(1);
    rmSync(blocked, { recursive: true });
    append('kept');
    expect((await messages()).sort()).toEqual([expect.stringMatching(/^1 log lines are missing/), 'kept']);
  });
});

describe('days', () => {
  it('have a file each, readable by the owner only, and the old ones are dropped when a day begins', async () => {
    for (let day = 0; day < 5; day += 1) {
      append(`day ${day}`);
      await telemetry.flush();
      clock.advance(dayMs);
    }
    const logs = join(dir, 'logs');
    expect(statSync(logs).mode & 0o077).toBe(0);
    expect(readdirSync(logs).filter((name) => /^\d.*\.db$/.test(name))).toEqual([
      '2026-03-12.db',
      '2026-03-13.db',
      '2026-03-14.db',
    ]);
    expect(await messages()).toEqual(['day 2', 'day 3', 'day 4']);
    clock.advance(dayMs);
    expect(await telemetry.prune()).toEqual(['2026-03-12', '2026-03-13']);
    expect(readdirSync(logs).filter((name) => name.startsWith('2026-03-12'))).toEqual([]);
  });

  it('split a batch that was written across midnight', async () => {
    clock.advance(dayMs / 2 - 1);
    append('before');
    clock.advance(1);
    append('after');
    expect(await messages()).toEqual(['before', 'after']);
    expect(existsSync(join(dir, 'logs', '2026-03-11.db'))).toBe(true);
    expect(await messages({ from: start + dayMs / 2 })).toEqual(['after']);
  });

  it('leave files of others alone', async () => {
    for (const name of ['2020-01-01.db.bak', 'notes.txt', '2020-1-1.db']) writeFileSync(join(dir, 'logs', name), '');
    await telemetry.prune();
    append('a');
    expect(await messages()).toEqual(['a']);
    expect(readdirSync(join(dir, 'logs'))).toEqual(
      expect.arrayContaining(['2020-01-01.db.bak', 'notes.txt', '2020-1-1.db']),
    );
  });

  it('survive a restart, and a damaged one is set aside', async () => {
    append('a');
    await telemetry.close();
    await open();
    expect(await messages()).toEqual(['a']);
    await telemetry.close();
    const file = join(dir, 'logs', '2026-03-10.db');
    chmodSync(file, 0o600);
    writeFileSync(file, 'no database, but certainly more than nothing'.repeat(300));
    await open();
    append('b');
    expect(await messages()).toEqual(['b']);
    expect(existsSync(`${file}.damaged`)).toBe(true);
  });
});

describe('a follower', () => {
  it('gets the lines it asked for until it leaves', async () => {
    const seen: string[] = [];
    const leave = telemetry.logs.tail(
      { functionKey: 'p1/f', levels: ['ERROR'], versions: ['latest'], instanceId: 'i1' },
      (lines) => {
        seen.push(...lines.map((line) => line.message));
      },
    );
    append({ message: 'a', level: 'ERROR' }, 'b', { message: 'c', level: 'ERROR', functionKey: 'p1/g' });
    append({ message: 'd', level: 'ERROR', version: 'v1' }, { message: 'd', level: 'ERROR', instanceId: 'i2' });
    expect(seen).toEqual([]);
    clock.advance(50);
    expect(seen).toEqual(['a']);
    append({ message: 'e', level: 'ERROR' });
    leave();
    leave();
    clock.advance(50);
    expect(seen).toEqual(['a']);
  });

  it('misses lines above its limit, and gets their number', () => {
    const seen: string[] = [];
    telemetry.logs.tail({ functionKey: 'p1/f' }, (lines) => void seen.push(...lines.map((line) => line.message)));
    append(...Array.from({ length: 1200 }, (_, n) => `${n}`));
    clock.advance(50);
    expect(seen).toHaveLength(1001);
    expect(seen.at(-1)).toMatch(/^200 log lines are missing/);
  });

  it('that throws is not called again and affects no other', () => {
    const seen: string[] = [];
    let calls = 0;
    telemetry.logs.tail({ functionKey: 'p1/f' }, () => {
      calls += 1;
      throw new Error('closed connection');
    });
    telemetry.logs.tail({ functionKey: 'p1/f' }, (lines) => void seen.push(...lines.map((line) => line.message)));
    append('a');
    clock.advance(50);
    append('b');
    clock.advance(50);
    expect([calls, seen]).toEqual([1, ['a', 'b']]);
    expect(errors).toEqual([expect.objectContaining({ message: 'closed connection' })]);
  });
});

import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../../lib/manual-clock.ts';
import { AccessLog } from './access-log.ts';
import { type AccessQuery, searchAccess } from './access-search.ts';

const START = Date.UTC(2026, 0, 1, 23);
const HOUR = 3_600_000;

let dir: string;
let clock: ManualClock;
let log: AccessLog;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'funcgraph-access-'));
  clock = new ManualClock(START);
  const warn = () => expect.fail('lines were lost');
  log = await AccessLog.open({
    ...{ dir, maxBytes: 64 * 1024 * 1024, retainDays: 3, clock, mayWrite: () => true },
    log: { warn } as never,
  });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A request whose answer ends now. */
function write(path: string, { ms = 0, ...more }: { ms?: number; project?: string } = {}): void {
  const time = new Date(clock.now() - ms).toISOString();
  log.write(JSON.stringify({ time, client: 'a', path, status: 200, bytes: 1, ms, request_id: 'r', ...more }));
}

const search = (change: Partial<AccessQuery> = {}) =>
  searchAccess(log, { matches: () => true, from: 0, to: START * 2, limit: 500, isOver: () => false, ...change });

async function paths(change: Partial<AccessQuery> = {}): Promise<string[]> {
  return (await search(change)).lines.map(({ path }) => path);
}

/** Of all pages. */
async function everyPath(change: Partial<AccessQuery> = {}) {
  const found: string[] = [];
  let pages = 0;
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await search({ ...change, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.lines.map(({ path }) => path));
    cursor = page.cursor;
    pages += 1;
  }
  return { found, pages };
}

it('has the last answers first, over the files of all days, also those not yet on disk', async () => {
  expect(await search()).toEqual({ lines: [], complete: true, cursor: undefined });
  for (const path of ['/1', '/2']) write(path);
  await log.flush();
  clock.advance(2 * HOUR);
  write('/3');
  expect(await paths()).toEqual(['/3', '/2', '/1']);
});

it('goes on where the last page ended, without a line twice, while new lines come', async () => {
  for (let at = 1; at <= 6; at += 1) write(`/${at}`);
  clock.advance(2 * HOUR);
  for (let at = 7; at <= 9; at += 1) write(`/${at}`);
  const first = await search({ limit: 2 });
  expect(first).toMatchObject({ lines: [{ path: '/9' }, { path: '/8' }], complete: true });
  write('/10');
  const rest = await paths({ cursor: first.cursor });
  expect(rest).toEqual(['/7', '/6', '/5', '/4', '/3', '/2', '/1']);
  for (const limit of [1, 3, 9]) {
    const { found } = await everyPath({ limit });
    expect(found).toEqual(['/10', '/9', '/8', ...rest]);
  }
  expect((await everyPath({ limit: 10 })).pages).toBe(1);
});

it('reads only answers that ended in the range, whenever their request came', async () => {
  write('/early');
  await log.flush();
  clock.advance(HOUR / 2);
  write('/long', { ms: HOUR / 4 });
  clock.advance(HOUR);
  write('/late');
  expect(await paths({ from: START + 1, to: START + HOUR })).toEqual(['/long']);
  expect(await paths({ from: START, to: START + 1 })).toEqual(['/early']);
});

it('reads lines longer than a portion, and leaves out what a kill or a disk broke', async () => {
  const long = `/${'é'.repeat(100_000)}`;
  for (const path of ['/before', long]) write(path);
  await log.flush();
  const [file] = log.newestFirst();
  appendFileSync(file?.path ?? '', '{"time":"2026\nnull\n17\n');
  write('/after');
  await log.flush();
  appendFileSync(file?.path ?? '', `${'x'.repeat(3_000_000)}\n{"time":"cut off`);
  expect(await paths()).toEqual(['/after', long, '/before']);
});

it('stops when its time is over, and the next page goes on', async () => {
  for (let at = 0; at < 3000; at += 1) write(`/${at}`, { project: at % 1000 === 0 ? 'mine' : 'other' });
  let left = 0;
  const isOver = () => {
    left -= 1;
    return left < 0;
  };
  const matches: AccessQuery['matches'] = ({ project }) => project === 'mine';
  expect(await search({ matches, isOver })).toMatchObject({ lines: [], complete: false });
  const { found, pages } = await everyPath({ matches, isOver });
  expect(found).toEqual(['/2000', '/1000', '/0']);
  expect(pages).toBeGreaterThan(3);
});

it.each(['W10', '!', 'WzEsMl0', 'a'.repeat(300)])('refuses the cursor %s, which no page had', async (cursor) => {
  await expect(search({ cursor })).rejects.toMatchObject({ code: 'invalid_request' });
});

it('a made up place in the log shows whole lines only', async () => {
  write('/1');
  await log.flush();
  const name = log.newestFirst()[0]?.name ?? '';
  const size = JSON.stringify({ time: '' }).length;
  const at = (file: string, before: number) => Buffer.from(JSON.stringify([file, before])).toString('base64url');
  expect(await paths({ cursor: at(name, size) })).toEqual([]);
  expect(await paths({ cursor: at(name, 1e9) })).toEqual(['/1']);
  expect(await paths({ cursor: at('../../etc/passwd', 1e9) })).toEqual([]);
  expect(await paths({ cursor: at(name, -5) })).toEqual([]);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Day, dayMs, dayOf } from './day.ts';
import { DayFiles } from './day-files.ts';
import { enforceLimits } from './log-limits.ts';
import { logLine } from './testing.ts';

const start = Date.UTC(2026, 2, 10, 12);
const [first, second, today] = [0, 1, 2].map((n) => dayOf(start + n * dayMs)) as [Day, Day, Day];
const KB = 1024;
const NONE = Number.MAX_SAFE_INTEGER;
let dir: string;
let files: DayFiles;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fg-limits-'));
  files = new DayFiles(dir, () => {});
});
afterEach(() => {
  files.close();
  rmSync(dir, { recursive: true, force: true });
});

function write(day: Day, project: string, count: number): void {
  const time = Date.parse(day);
  const lines = Array.from({ length: count }, (_, n) => {
    return logLine({ time: time + n, functionKey: `${project}:default:f`, message: `word${n} ${'x'.repeat(KB)}` });
  });
  files.get(day).appendLines(lines);
}
const messagesOf = (day: Day, project: string): string[] => {
  const file = files.get(day);
  const rows = file.prepare<{ message: string }>('select message from line where function_id = ? order by time');
  return rows.all(file.functionId(`${project}:default:f`) ?? 0).map(({ message }) => message.split(' ')[0] ?? '');
};

it('takes the oldest lines of a project that has too many, and no other lines', () => {
  write(first, 'noisy', 50);
  write(today, 'noisy', 100);
  write(first, 'quiet', 20);
  expect(enforceLimits(files, { totalBytes: NONE, projectBytes: 60 * KB }, today)).toEqual([]);
  expect(messagesOf(first, 'noisy')).toEqual([]);
  expect(messagesOf(first, 'quiet')).toHaveLength(20);
  const left = messagesOf(today, 'noisy');
  expect(left.length).toBeGreaterThan(40);
  expect(left.length).toBeLessThan(60);
  expect(left.at(-1)).toBe('word99');
  // within the limit no more lines are removed
  enforceLimits(files, { totalBytes: NONE, projectBytes: 60 * KB }, today);
  expect(messagesOf(today, 'noisy')).toEqual(left);
});

it('finds the words of the lines that stay, and none of those that went', () => {
  write(today, 'p', 30);
  enforceLimits(files, { totalBytes: NONE, projectBytes: 10 * KB }, today);
  const find = files.get(today).prepare<{ seq: number }>('select rowid as seq from line_word where line_word match ?');
  expect(find.all('word29')).toHaveLength(1);
  expect(find.all('word0')).toHaveLength(0);
});

it('takes whole days, the oldest first, when all logs together are too large, and lines of today at last', () => {
  write(first, 'p', 300);
  write(second, 'p', 300);
  write(today, 'p', 300);
  const all = [first, second, today].reduce((sum, day) => sum + files.bytesOf(day), 0);
  expect(enforceLimits(files, { totalBytes: all - 1, projectBytes: NONE }, today)).toEqual([first]);
  expect(files.days()).toEqual([second, today]);
  expect(enforceLimits(files, { totalBytes: 100 * KB, projectBytes: NONE }, today)).toEqual([second]);
  expect(files.days()).toEqual([today]);
  expect(messagesOf(today, 'p').length).toBeLessThan(300);
});

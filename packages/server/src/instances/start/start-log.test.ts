import { expect, it } from 'vitest';
import type { LinkLog } from '../runtime-link/index.ts';
import { StartLog } from './start-log.ts';

const line = (text: string): LinkLog => ({ requestId: '', level: 'INFO', time: 1, text });

function written(): { log: StartLog; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: new StartLog((id, { requestId, text }) => lines.push(`${id} [${requestId}] ${text}`)) };
}

it('holds lines until the end of the start and writes them once, for the request that asked for it', () => {
  const { log, lines } = written();
  log.add('i', line('one'));
  expect(lines).toEqual([]);
  log.release('r');
  log.release('other');
  log.add('i', line('two'));
  expect(lines).toEqual([' [r] one', 'i [] two']);
});

it('writes lines at once when they are too much to hold', () => {
  const { log, lines } = written();
  log.add('i', line('x'.repeat(2 ** 20)));
  log.add('i', line('more'));
  expect(lines.length).toBe(2);
});

it('does not repeat the output of another start of the request', () => {
  const [first, second, third] = [written(), written(), written()];
  first.log.add('a', line('same'));
  second.log.add('b', line('same'));
  third.log.add('c', line('other'));
  first.log.releaseUnlike(undefined, 'r');
  second.log.releaseUnlike(first.log, 'r');
  third.log.releaseUnlike(second.log, 'r');
  expect([first.lines, second.lines, third.lines]).toEqual([[' [r] same'], [], [' [r] other']]);
});

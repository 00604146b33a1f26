import { expect, it } from 'vitest';
import { countedLog } from './counted-log.ts';

it('counts errors and what is worse, also of children, and writes all', () => {
  const lines: string[] = [];
  const { log, errors } = countedLog({ level: 'info' }, { write: (line) => void lines.push(line) });
  const child = log.child({ module: 'queue' });
  log.warn('late');
  child.error({ err: new Error('no room') }, 'events could not be stored');
  log.fatal('lost');
  child.debug('left out');
  expect(errors()).toBe(2);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['late', 'events could not be stored', 'lost']);
});

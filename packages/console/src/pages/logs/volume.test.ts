import { expect, test } from 'vitest';
import { volumeOf } from './volume.ts';

const line = (ms: number, level: 'INFO' | 'ERROR') => ({
  time: new Date(ms).toISOString(),
  level,
  message: '',
  requestId: '',
});

test('lines are counted in equal parts of their time, warnings and errors apart', () => {
  const { bars, most } = volumeOf([line(0, 'INFO'), line(0, 'ERROR'), line(59_999, 'INFO')]);
  expect(most).toBe(2);
  expect(bars[0]).toMatchObject({ all: 2, loud: 1 });
  expect(bars.at(-1)).toMatchObject({ all: 1, loud: 0 });
});

test('without lines there is nothing to draw', () => {
  expect(volumeOf([]).bars).toEqual([]);
});

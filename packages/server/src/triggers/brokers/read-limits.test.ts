import { expect, it } from 'vitest';
import { readLimits } from './read-limits.ts';

const MB = 1024 * 1024;

it.each([
  [512, 64, 4],
  [256, 32, 2],
  [64, 8, 1],
  [1_024, 64, 4],
])(
  'with %i MB for what brokers send, a response has %i MB at most, and %i MB are asked for',
  (room, response, fetch) => {
    expect(readLimits(room * MB)).toEqual({ responseBytes: response * MB, fetchBytes: fetch * MB });
  },
);

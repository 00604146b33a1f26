import { expect, it } from 'vitest';
import { compileConfig } from './compile.ts';

it.each([
  [128, 64],
  [1_000, 250],
  [2_048, 512],
  [64_000, 512],
])('of %i MB of memory, what brokers send may take %i MB', (memoryMb, mb) => {
  expect(compileConfig({ data_dir: '/data' }, memoryMb).brokerReadBytes).toBe(mb * 1024 * 1024);
});

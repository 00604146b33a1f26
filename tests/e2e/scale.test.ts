import { afterEach, describe, expect, it } from 'vitest';
import { leaksIn, runCycles } from '../bench/scale/cycles.ts';
import { measureIdle } from '../bench/scale/idle-instances.ts';
import { TestServer } from '../server.ts';

let server: TestServer;
afterEach(() => server?.stop());

// the same with larger numbers: npm run scale
describe('a small scale run', () => {
  it('of instances made and lost leaves nothing behind', async () => {
    // As many wait for code before as after.
    server = await TestServer.start({ args: ['--prewarm', '2'] });
    expect(leaksIn(await runCycles(server, 20))).toEqual([]);
  }, 300_000);

  it('of frozen instances keeps all of them within the memory budget, and each answers', async () => {
    server = await TestServer.start({ args: ['--idle-timeout', '10m'] });
    const report = await measureIdle(server, 12);
    expect(report.frozen).toBe(12);
    expect(report.promisedMb).toBeLessThan(12 * 64);
  }, 300_000);
});

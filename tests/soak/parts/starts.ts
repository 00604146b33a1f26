import { FIRST_MOMENTS, NewDataDir } from '../../crash/first-start.ts';
import { pause } from '../verdict.ts';
import type { Part } from './part.ts';

const STARTS = 5;
const FIRST_TWO_SECONDS_MS = 2_000;

export const starts: Part = {
  name: 'starts',
  what: 'SIGKILL to a server in the first two seconds of its start, over data that it has',
  callers: 'restart',
  async run(soak) {
    const moments = Array.from({ length: STARTS }, () => Math.floor(Math.random() * FIRST_TWO_SECONDS_MS));
    await soak.restart('SIGKILL', async () => {
      for (const moment of moments) {
        await soak.server.killStart(moment);
        soak.belongings.note();
      }
    });
    return `killed after ${moments.join(', ')} ms`;
  },
};

export const firstStart: Part = {
  name: 'first-start',
  what: 'SIGKILL to a first start, at one of its files and at a random moment; the data directory can be entered after it',
  callers: 'failures',
  async run() {
    const file = FIRST_MOMENTS[Math.floor(Math.random() * FIRST_MOMENTS.length)] ?? 1;
    using dataDir = new NewDataDir();
    await dataDir.killStartAt(file);
    const ms = Math.floor(Math.random() * FIRST_TWO_SECONDS_MS);
    const { child, exited } = dataDir.spawn();
    await pause(ms);
    child.kill('SIGKILL');
    await exited;
    const status = await dataDir.enter();
    if (status !== 200) throw new Error(`status ${status} after kills at ${file} and ${ms} ms`);
    return `at ${file} and after ${ms} ms`;
  },
};

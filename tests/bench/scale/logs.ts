import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deploy, invoke, runtimeOf } from '../../functions.ts';
import type { TestServer } from '../../server.ts';

const LINE = 'x'.repeat(100);
const AT_ONCE = 8;
/** Telemetry is written in batches, each second at the latest. */
const QUIET_MS = 3_000;

export interface LogReport {
  readonly calls: number;
  /** On disk, for a call that logs nothing, and for each line of 100 characters that another one logs. */
  readonly bytesOfCall: number;
  readonly bytesOfLine: number;
}

/** Calls two functions so often, of which one logs ten lines, and measures how the folder of logs grows. */
export async function measureLogs(server: TestServer, calls: number): Promise<LogReport> {
  const growth = async (lines: number): Promise<number> => {
    const body = `for (let n = 0; n < ${lines}; n += 1) console.log('${LINE}');`;
    const files = { 'index.js': `exports.handler = async (event, context) => { ${body} };` };
    const urn = await deploy(server, { name: `logs-${lines}`, runtime: await runtimeOf(server, 'Node.js'), files });
    const before = await settled(server);
    let left = calls;
    const work = async (): Promise<void> => {
      for (; left > 0; left -= 1) await invoke(server, urn, {});
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return ((await settled(server)) - before) / calls;
  };
  const silent = await growth(0);
  const logging = await growth(10);
  return { calls, bytesOfCall: Math.round(silent), bytesOfLine: Math.round((logging - silent) / 10) };
}

/** The size of the logs once they grow no more. */
async function settled(server: TestServer): Promise<number> {
  for (let last = -1; ; ) {
    const size = sizeOf(join(server.dataDir, 'logs'));
    if (size === last) return size;
    last = size;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
}

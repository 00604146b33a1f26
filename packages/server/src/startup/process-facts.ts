import { readdirSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const LOOP_RESOLUTION_MS = 20;
const QUANTILES = [0.5, 0.99] as const;

export interface ProcessWatch {
  read(): {
    readonly cpuSeconds: number;
    readonly residentBytes: number;
    readonly heapBytes: number;
    readonly openFiles: number;
    readonly startedAt: number;
    readonly loopDelay: ReadonlyArray<readonly [quantile: string, seconds: number]>;
  };
  stop(): void;
}

/** Watches this process. The delay of the event loop begins anew with each reading. */
export function watchProcess(): ProcessWatch {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  const startedAt = Date.now() - process.uptime() * 1000;
  return {
    read() {
      const { user, system } = process.cpuUsage();
      const { rss, heapUsed } = process.memoryUsage();
      const seconds = (nanoseconds: number): number => Math.max(nanoseconds / 1e9 - LOOP_RESOLUTION_MS / 1000, 0);
      const loopDelay = [
        ...QUANTILES.map((share): [string, number] => [String(share), seconds(delay.percentile(share * 100))]),
        ['1', seconds(delay.max)] as [string, number],
      ];
      delay.reset();
      return {
        cpuSeconds: (user + system) / 1e6,
        residentBytes: rss,
        heapBytes: heapUsed,
        openFiles: readdirSync('/proc/self/fd').length,
        startedAt,
        loopDelay,
      };
    },
    stop: () => delay.disable(),
  };
}

/** Sizes of a local database and of logs with metrics, and the free space beside them. */
export async function storageFacts(
  dataDir: string,
): Promise<{ parts: { database?: number; telemetry: number }; freeBytes: number }> {
  const logs = join(dataDir, 'logs');
  const own = (await readdir(dataDir))
    .filter((name) => name.startsWith('funcgraph.db'))
    .map((name) => join(dataDir, name));
  const days = (await readdir(logs)).map((name) => join(logs, name));
  const { bavail, bsize } = await statfs(dataDir);
  const telemetry = await sumOf(days);
  const parts = own.length === 0 ? { telemetry } : { database: await sumOf(own), telemetry };
  return { parts, freeBytes: bavail * bsize };
}

async function sumOf(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  // a file may be removed between listing and stat: it then has no size
  for (const path of paths)
    bytes += await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  return bytes;
}

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DiskImage } from '../disk-image.ts';
import { inside } from './isolation/probing.ts';
import { MIB, SandboxBench } from './isolation/sandbox-bench.ts';

const isRoot = process.getuid?.() === 0;
const WRITER = ['/bin/sh', '-c', 'dd if=/dev/zero of=/tmp/big bs=1M count=100 2>/dev/null; echo written; sleep 1000'];

describe.runIf(isRoot)('the disk under what functions write', () => {
  let bench: SandboxBench | undefined;
  let mounted = '';
  let disk: DiskImage | undefined;

  afterEach(async () => {
    await bench?.dispose().catch(() => {});
    if (mounted !== '') execFileSync('umount', ['--lazy', mounted]);
    disk?.[Symbol.dispose]();
    if (bench !== undefined) rmSync(bench.folder, { recursive: true, force: true });
    [mounted, disk, bench] = ['', undefined, undefined];
  });

  const smallDisk = (bytes: number) =>
    SandboxBench.open({
      prepareDisk(folder) {
        disk = new DiskImage(folder, bytes);
      },
    });

  it('is the one of the data directory, not that of the run folder', async () => {
    bench = await SandboxBench.open();
    const [owner = ''] = readdirSync(bench.volumesDir);
    expect(existsSync(join(bench.volumesDir, owner, 'images'))).toBe(true);
    expect(await inside(bench, 'write', ['/tmp/mine'])).toEqual({ ok: null });
  });

  it('in memory gives no volumes: what a function writes to /tmp is its own memory, and ends it at its limit', async () => {
    bench = await SandboxBench.open({
      prepareDisk(folder) {
        mounted = folder;
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2g', 'none', folder]);
      },
    });
    const { degraded } = await bench.agent.driver('bubblewrap').capabilities();
    expect(degraded.join(' ')).toContain('counts as its memory');
    const { exit } = await bench.run(['/bin/sh', '-c', 'dd if=/dev/zero of=/tmp/big bs=1M count=400'], {
      memoryBytes: 64 * MIB,
    });
    expect(exit.oomKilled).toBe(true);
    expect(statfsSync(bench.volumesDir).bfree).toBeGreaterThan(statfsSync(bench.volumesDir).blocks * 0.9);
  });

  it('refuses a sandbox, with the figures, when running ones could fill it', async () => {
    bench = await smallDisk(1000 * MIB);
    const first = await bench.start(['/bin/sleep', '1000']);
    await expect(bench.start(['/bin/sleep', '1000'])).rejects.toMatchObject({
      code: 'NO_DISK_ROOM',
      message: expect.stringMatching(/no disk space for the \/tmp of another instance: \d+ MB are free/),
      hint: expect.stringContaining('data directory'),
    });
    // One that rests writes nothing.
    await first.freeze();
    const second = await bench.start(['/bin/sleep', '1000']);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('ends the sandbox that holds most when it is nearly full', async () => {
    bench = await smallDisk(2048 * MIB);
    const writer = await bench.start(WRITER);
    const quiet = await bench.start(['/bin/sleep', '1000']);
    await new Promise<void>((resolve) => {
      writer.onOutput(({ text }) => text.includes('written') && resolve());
    });
    disk?.fill(30 * MIB);
    expect(await writer.exited).toMatchObject({ tmpFull: true });
    expect(await quiet.usage()).toMatchObject({ tmpFull: false });
    disk?.empty();
    await quiet.stop();
  });
});

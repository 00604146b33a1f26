import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VolumeHelper } from '../../packages/agent/src/volume-helper.ts';
import { type VolumeMaker, VolumePrograms } from '../../packages/agent/src/volume-maker.ts';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const HELPER = fromRoot('packages/agent/native/build/volume');
const missing = [
  ...(process.getuid?.() === 0 ? [] : ['root']),
  ...['/usr/sbin/mkfs.ext4', '/dev/loop-control'].filter((path) => !existsSync(path)),
];
const BYTES = 16 << 20;
const PATIENCE = { timeout: 120_000, interval: 20 };

const kinds: readonly [string, (folder: string) => Promise<VolumeMaker>][] = [
  ['the helper', (folder) => VolumeHelper.open(HELPER, folder)],
  ['programs', async () => new VolumePrograms()],
];

function mountAt(point: string): string | undefined {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.find((line) => line.split(' ')[4] === point);
}

function loopFilesBelow(folder: string): string[] {
  return readdirSync('/sys/block')
    .map((name) => `/sys/block/${name}/loop/backing_file`)
    .filter((path) => existsSync(path))
    .flatMap((path) => {
      try {
        return [readFileSync(path, 'utf8')];
      } catch {
        return [];
      }
    })
    .filter((file) => file.includes(folder));
}

describe.skipIf(missing.length > 0)(`volumes for /tmp (missing: ${missing})`, () => {
  beforeAll(() => {
    execFileSync(process.execPath, [fromRoot('scripts/build-native.mjs')], { stdio: 'inherit' });
  });

  describe.each(kinds)('made by %s', (_name, open) => {
    let folder: string;
    let maker: VolumeMaker;
    let count = 0;
    const points: string[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'funcgraph-volumes-'));
      maker = await open(folder);
    });
    afterEach(async () => {
      for (const point of points.splice(0)) if (existsSync(point)) await maker.unmount(point);
    });
    afterAll(async () => {
      await maker.close();
      rmSync(folder, { recursive: true });
    });

    async function volume(bytes = BYTES): Promise<string> {
      count += 1;
      const point = `${folder}/point-${count}`;
      await maker.make(bytes, `${folder}/${count}.img`, point);
      points.push(point);
      return point;
    }

    it('are empty, without special files and programs of other users, and reach no other namespace', async () => {
      const point = await volume();
      expect(readdirSync(point)).toEqual([]);
      expect(mountAt(point)).toMatch(/nosuid,nodev/);
      expect(mountAt(point)).not.toMatch(/shared:|master:/);
      expect(mountAt(point)).toMatch(/ - ext4 \/dev\/loop/);
    });

    it('take the bytes that were asked for, and not a quarter more', async () => {
      const point = await volume();
      writeFileSync(`${point}/all`, Buffer.alloc(BYTES - (1 << 20), 1));
      expect(() => writeFileSync(`${point}/more`, Buffer.alloc(BYTES / 4 + (1 << 20), 1))).toThrow(/ENOSPC/);
    });

    it.each([BYTES, 64 << 20, 512 << 20])('have room for %d bytes as their file system says', async (bytes) => {
      const { bavail, bsize } = statfsSync(await volume(bytes));
      expect(bavail * bsize).toBeGreaterThan(bytes * 0.97);
      expect(bavail * bsize).toBeLessThan(bytes * 1.25);
    });

    it('show nothing of one another, whatever was written before', async () => {
      const one = await volume();
      writeFileSync(`${one}/secret`, 'of one');
      chmodSync(one, 0o1777);
      const other = await volume();
      expect(readdirSync(other)).toEqual([]);
      expect(statSync(other).mode & 0o7777).toBe(0o755);
      expect(statSync(other).dev).not.toBe(statSync(one).dev);
      expect(readFileSync(`${one}/secret`, 'utf8')).toBe('of one');
    });

    it('have no file from the beginning, and no device after their last use', async () => {
      const point = await volume();
      expect(readdirSync(folder).filter((name) => /^\d+\.img$/.test(name))).toEqual([]);
      const device = statSync(point).dev;
      const descriptor = openSync(point, constants.O_RDONLY | constants.O_DIRECTORY);
      await maker.unmount(point);
      expect(existsSync(point)).toBe(false);
      expect(statSync(`/proc/self/fd/${descriptor}`).dev).toBe(device);
      closeSync(descriptor);
      await expect.poll(() => loopFilesBelow(folder), PATIENCE).toEqual([]);
    });

    it('leave nothing when they cannot be made', async () => {
      mkdirSync(`${folder}/taken`);
      writeFileSync(`${folder}/taken/file`, '');
      await expect(maker.make(BYTES, `${folder}/failed.img`, `${folder}/taken`)).rejects.toThrow();
      expect(existsSync(`${folder}/failed.img`)).toBe(false);
      expect(mountAt(`${folder}/taken`)).toBe(undefined);
      await expect.poll(() => loopFilesBelow(folder), PATIENCE).toEqual([]);
      await expect(maker.unmount(`${folder}/taken`)).rejects.toThrow();
      expect(existsSync(`${folder}/taken/file`)).toBe(true);
    });

    it('never use a file that exists', async () => {
      writeFileSync(`${folder}/kept.img`, 'kept');
      await expect(maker.make(BYTES, `${folder}/kept.img`, `${folder}/never`)).rejects.toThrow();
      expect(existsSync(`${folder}/never`)).toBe(false);
    });
  });

  describe('the helper', () => {
    let folder: string;
    let maker: VolumeHelper;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'funcgraph-volumes-'));
      maker = await VolumeHelper.open(HELPER, folder);
    });
    afterEach(async () => {
      await maker.close();
      rmSync(folder, { recursive: true });
    });

    it('is started again after its death', async () => {
      await maker.make(BYTES, `${folder}/1.img`, `${folder}/1`);
      for (const pid of helpersOf(process.pid)) process.kill(pid, 'SIGKILL');
      await expect.poll(() => helpersOf(process.pid), PATIENCE).toEqual([]);
      await expect
        .poll(
          () =>
            maker.make(BYTES, `${folder}/2.img`, `${folder}/2`).then(
              () => 'made',
              () => 'failed',
            ),
          PATIENCE,
        )
        .toBe('made');
      await maker.unmount(`${folder}/1`);
      await maker.unmount(`${folder}/2`);
    });

    it('keeps formatted images of the last sixteen sizes', async () => {
      const formatted = () => readdirSync(folder).filter((name) => name.startsWith('formatted')).length;
      for (let n = 0; n < 20; n += 1) {
        await maker.make(BYTES + n * 4096, `${folder}/image`, `${folder}/point`);
        await maker.unmount(`${folder}/point`);
      }
      await expect.poll(formatted, PATIENCE).toBe(16);
      await maker.make(BYTES + 19 * 4096, `${folder}/image`, `${folder}/point`);
      await maker.unmount(`${folder}/point`);
      expect(formatted()).toBe(16);
    });

    it.each(['/bin/false', '/bin/cat', '/nowhere/volume'])('is not %s', async (program) => {
      await expect(VolumeHelper.open(program, folder)).rejects.toMatchObject({ code: 'TMP_FAILED' });
    });
  });
});

function helpersOf(parent: number): number[] {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '' && nameOf(pid) === 'volume')
    .map(Number);
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

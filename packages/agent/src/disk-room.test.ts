import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskRoom, type Growing } from './disk-room.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** A disk of 100 GiB, of which functions leave 1 GiB free. */
function diskWith(freeBytes: number): { disk: { freeBytes: number; totalBytes: number }; room: DiskRoom } {
  const disk = { freeBytes, totalBytes: 100 * GIB };
  return { disk, room: new DiskRoom(async () => ({ ...disk })) };
}

function volume(bytes: number, usedBytes = 0): Growing & { usedNow: number } {
  return {
    bytes,
    usedNow: usedBytes,
    async usedBytes() {
      return this.usedNow;
    },
  };
}

describe('the disk under the volumes of functions', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('admits volumes only as long as all of them could be filled, however little they hold', async () => {
    const { room } = diskWith(3 * GIB);
    await room.claim(volume(GIB));
    await room.claim(volume(GIB));
    await expect(room.claim(volume(GIB))).rejects.toMatchObject({
      code: 'NO_DISK_ROOM',
      message: expect.stringContaining('3072 MB are free'),
      hint: expect.stringContaining('free disk space'),
    });
    await expect(room.claim(volume(MIB))).rejects.toMatchObject({ code: 'NO_DISK_ROOM' });
  });

  it('refuses one of two that come at the same time when there is room for one', async () => {
    const { room } = diskWith(2 * GIB + MIB);
    const results = await Promise.allSettled([room.claim(volume(GIB)), room.claim(volume(GIB))]);
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  });

  it('counts what a volume holds already only once', async () => {
    const { disk, room } = diskWith(3 * GIB);
    const full = volume(GIB);
    await room.claim(full);
    full.usedNow = GIB;
    disk.freeBytes -= GIB;
    await room.claim(volume(GIB));
  });

  it('does not count volumes of sandboxes that rest, until they wake', async () => {
    const { room } = diskWith(2 * GIB);
    const first = await room.claim(volume(GIB));
    first.rest();
    const second = await room.claim(volume(GIB));
    second.release();
    first.wake();
    expect(await room.hasRoom(GIB)).toBe(false);
  });

  it('counts the volume of a sandbox that waits from its admission on, which needs room', async () => {
    const { disk, room } = diskWith(2 * GIB + MIB);
    const waiting = [room.claimResting(volume(GIB)), room.claimResting(volume(GIB))] as const;
    const running = await room.claim(volume(GIB));
    await expect(waiting[0].admit()).rejects.toMatchObject({ code: 'NO_DISK_ROOM' });
    disk.freeBytes = 3 * GIB + MIB;
    await waiting[0].admit();
    await expect(waiting[1].admit()).rejects.toMatchObject({ code: 'NO_DISK_ROOM' });
    running.release();
    await waiting[1].admit();
  });

  it('ends the sandbox that holds most when the disk is nearly full, resting ones first', async () => {
    const { disk, room } = diskWith(50 * GIB);
    const ended: string[] = [];
    const add = async (name: string, usedBytes: number) => {
      const claim = await room.claim(volume(GIB, usedBytes));
      claim.onDiskFull(() => ended.push(name));
      return claim;
    };
    await add('small', MIB);
    await add('large', 500 * MIB);
    (await add('resting', 100 * MIB)).rest();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended).toEqual([]);
    disk.freeBytes = GIB / 4;
    await vi.advanceTimersByTimeAsync(250);
    expect(ended).toEqual(['resting']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ended).toEqual(['resting', 'large']);
  });

  it('looks at the disk no more when every sandbox rests', async () => {
    const { room } = diskWith(50 * GIB);
    (await room.claim(volume(GIB))).rest();
    await vi.advanceTimersByTimeAsync(250);
    expect(vi.getTimerCount()).toBe(0);
  });
});

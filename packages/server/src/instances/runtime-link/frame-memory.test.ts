import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { LinkViolation } from './frame-decoder.ts';
import { FRAME_DEADLINE_MS, FrameMemory, FrameWatch } from './frame-memory.ts';

describe('the memory of unfinished frames', () => {
  it('is limited over all links: the link with the oldest frame is closed', () => {
    const memory = new FrameMemory(100);
    const cut: string[] = [];
    const [a, b, c] = [{}, {}, {}];
    memory.hold(a, 40, () => cut.push('a'));
    memory.hold(b, 40, () => cut.push('b'));
    memory.hold(a, 50, () => cut.push('a'));
    memory.hold(c, 20, () => cut.push('c'));
    expect(cut).toEqual(['a']);
    expect(memory.bytes).toBe(60);
    memory.hold(b, 0, () => {});
    memory.hold(c, 0, () => {});
    expect(memory.bytes).toBe(0);
  });

  it('cuts a link that alone holds more than all may', () => {
    const memory = new FrameMemory(100);
    const cut: LinkViolation[] = [];
    memory.hold({}, 101, (reason) => cut.push(reason));
    expect(cut[0]?.message).toContain('too much memory');
    expect(memory.bytes).toBe(0);
  });
});

describe('a frame that arrives in pieces', () => {
  const watched = () => {
    const clock = new ManualClock();
    const memory = new FrameMemory();
    const cut: string[] = [];
    return { clock, memory, cut, watch: new FrameWatch(memory, clock, ({ message }) => cut.push(message)) };
  };

  it('closes its link when it is incomplete at its deadline, for any number of pieces', () => {
    const { clock, cut, watch } = watched();
    for (let held = 1; held <= 10; held += 1) {
      watch.look(held, 0);
      clock.advance(FRAME_DEADLINE_MS / 10);
    }
    expect(cut).toEqual(['a frame did not arrive within 30 s']);
  });

  it('has a deadline of its own, independent of earlier frames', () => {
    const { clock, cut, memory, watch } = watched();
    for (let frame = 0; frame < 10; frame += 1) {
      watch.look(5, frame);
      clock.advance(FRAME_DEADLINE_MS / 2);
    }
    expect(cut).toEqual([]);
    watch.look(0, 10);
    expect(memory.bytes).toBe(0);
    clock.advance(FRAME_DEADLINE_MS);
    expect(cut).toEqual([]);
  });

  it('has all the time while its instance is frozen', () => {
    const { clock, cut, watch } = watched();
    watch.look(5, 0);
    watch.rest();
    clock.advance(10 * FRAME_DEADLINE_MS);
    expect(cut).toEqual([]);
    watch.wake();
    clock.advance(FRAME_DEADLINE_MS);
    expect(cut).toHaveLength(1);
  });
});

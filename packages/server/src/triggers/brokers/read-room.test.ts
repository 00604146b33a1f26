import { afterEach, expect, it, vi } from 'vitest';
import { ReadRoom } from './read-room.ts';

afterEach(() => vi.useRealTimers());

it('what fits into the part of an owner never waits for others, whatever they hold', async () => {
  const room = new ReadRoom(600);
  const greedy = [room.enter('a'), room.enter('a'), room.enter('b')];
  const small = room.enter('c');
  // parts of 300 / 4, and 300 for all
  for (const share of greedy) {
    for (const bytes of [64, 16, 4, 1]) {
      for (;;) {
        try {
          share.takeNow(bytes);
        } catch {
          break;
        }
      }
    }
  }
  expect(room.used).toBe(450);
  await small.take(75);
  expect(room.used).toBe(525);
  expect(() => small.takeNow(1)).toThrow('the server has no memory');
  // the next owner finds some left
  room.enter('d').takeNow(60);
});

it('those who wait enter in the order of what they hold, the least first', async () => {
  const room = new ReadRoom(600);
  const [greedy, first, second] = [room.enter('a'), room.enter('b'), room.enter('c')];
  greedy.takeNow(75 + 300);
  first.takeNow(75);
  const entered: string[] = [];
  const waiting = [
    first.take(100).then(() => entered.push('b')),
    second.take(100).then(() => entered.push('c')),
    first.take(150).then(() => entered.push('b later')),
  ];
  greedy.give(50);
  await waiting[1];
  expect(entered).toEqual(['c']);
  greedy.end();
  await Promise.all(waiting);
  expect(entered.toSorted()).toEqual(['b', 'b later', 'c']);
  first.end();
  second.end();
  expect(room.used).toBe(0);
});

it('whoever waits for too long is refused, and holds nothing of it', async () => {
  vi.useFakeTimers();
  const room = new ReadRoom(600);
  const [greedy, late] = [room.enter('a'), room.enter('b')];
  greedy.takeNow(400);
  const refused = expect(late.take(110)).rejects.toThrow('the server has no memory');
  await vi.advanceTimersByTimeAsync(8_000);
  await refused;
  expect(room.used).toBe(400);
});

it('what a session gets after its end goes back', async () => {
  const room = new ReadRoom(600);
  const [greedy, other] = [room.enter('a'), room.enter('b')];
  greedy.takeNow(400);
  const waiting = other.take(110);
  other.end();
  greedy.end();
  await waiting;
  expect(room.used).toBe(0);
});

import { expect, it } from 'vitest';
import { Followers } from './followers.ts';

it('leaves room for readers of other projects, however many follow runs of one', () => {
  const followers = new Followers();
  const leave: (() => void)[] = [];
  const fill = (): void => {
    for (;;) leave.push(followers.open('greedy'));
  };
  expect(fill).toThrow('as many as may now');
  expect(leave.length).toBeGreaterThan(800);
  followers.open('other')();
  leave.pop()?.();
  leave.push(followers.open('greedy'));
  expect(fill).toThrow('as many as may now');
});

it('counts a reader that leaves twice once', () => {
  const followers = new Followers();
  const leave = followers.open('p');
  leave();
  leave();
  const most = 1_000;
  let opened = 0;
  expect(() => {
    for (; ; opened += 1) followers.open('p');
  }).toThrow();
  expect(opened).toBeLessThan(most);
});

it('wakes who waits for a run at each append to it', async () => {
  const followers = new Followers();
  const [first, second, other] = [followers.next('a'), followers.next('a'), followers.next('b')];
  second.stop();
  followers.appended('a');
  await first.next;
  const woken = await Promise.race([second.next, other.next, Promise.resolve('none')]);
  expect(woken).toBe('none');
});

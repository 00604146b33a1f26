import type { Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { expect, it } from 'vitest';
import { type DebugNews, DebugSession } from './debug-session.ts';

const session = (): DebugSession => new DebugSession('id', 'p:default:prices');

/** A connection of an instance, and the end of it in the sandbox. */
function offer(to: DebugSession): Duplex {
  const [outside, inside] = duplexPair();
  to.offer(outside as Socket);
  return inside;
}

const text = async (end: Duplex): Promise<string> => {
  for await (const chunk of end) return String(chunk);
  return '';
};

async function* newsOf(of: DebugSession): AsyncGenerator<DebugNews> {
  yield* of.news(new AbortController().signal);
}

it('gives the bytes of a client to the debugger, also those that came before the instance, and answers', async () => {
  const debugging = session();
  const news = newsOf(debugging);
  expect(await news.next()).toMatchObject({ value: { session: 'id' } });
  expect(debugging.isAttached()).toBe(false);
  expect(await debugging.take(1, Buffer.from('early'), false)).toBe(true);
  expect(debugging.isAttached()).toBe(true);
  const inside = offer(debugging);
  expect(await text(inside)).toBe('early');
});

it('passes on what the debugger says, and ends the connection of either side', async () => {
  const debugging = session();
  const news = newsOf(debugging);
  await news.next();
  const inside = offer(debugging);
  await debugging.take(1, Buffer.from('hello'), false);
  inside.write('there');
  expect((await news.next()).value).toEqual({ connection: 1, data: Buffer.from('there').toString('base64') });
  await debugging.take(1, Buffer.alloc(0), true);
  expect((await news.next()).value).toEqual({ connection: 1, end: true });
  expect(debugging.isAttached()).toBe(false);
});

it('bounds what both sides open: 16 connections of a client, 4 of an instance that wait', async () => {
  const debugging = session();
  for (let connection = 1; connection <= 16; connection += 1) {
    expect(await debugging.take(connection, Buffer.from('x'), false)).toBe(true);
  }
  expect(await debugging.take(17, Buffer.from('x'), false)).toBe(false);

  const idle = session();
  const ends = Array.from({ length: 6 }, () => {
    const [outside] = duplexPair();
    idle.offer(outside as Socket);
    return outside.destroyed;
  });
  expect(ends).toEqual([false, false, false, false, true, true]);
});

it('ends a connection whose client sends more than 1 MiB before the instance is there', async () => {
  const debugging = session();
  for (let piece = 0; piece < 5; piece += 1) await debugging.take(1, Buffer.alloc(256 * 1024), false);
  expect(debugging.isAttached()).toBe(false);
});

it('breaks everything when it ends, says why, and takes nothing more', async () => {
  const debugging = session();
  const [outside] = duplexPair();
  debugging.offer(outside as Socket);
  await debugging.take(1, Buffer.from('x'), false);
  debugging.end('the function was deleted');
  expect(outside.destroyed).toBe(true);
  expect(await debugging.take(2, Buffer.from('x'), false)).toBe(false);
  const news: DebugNews[] = [];
  for await (const one of newsOf(debugging)) news.push(one);
  expect(news).toEqual([
    { session: 'id' },
    { connection: 1, end: true },
    { end: true, reason: 'the function was deleted' },
  ]);
});

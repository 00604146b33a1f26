import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { testSpec } from '../testing.ts';
import { encodeFrameHead } from './frame-decoder.ts';
import { LinkLimits } from './link-limits.ts';
import type { LinkEnded, LinkLog } from './link-types.ts';
import { LogBudget } from './log-budget.ts';
import { LEAVE_MS, RuntimeLink } from './runtime-link.ts';

interface Wired {
  readonly link: RuntimeLink;
  readonly instance: Socket;
  readonly logs: LinkLog[];
  readonly ends: LinkEnded[];
}

describe('a link whose instance is hostile', () => {
  let dir: string;
  let clock: ManualClock;
  let limits: LinkLimits;
  let closers: (() => void)[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fgl-'));
    clock = new ManualClock();
    limits = new LinkLimits();
    closers = [() => rmSync(dir, { recursive: true, force: true })];
  });
  afterEach(() => {
    for (const close of closers.reverse()) close();
  });

  async function wire(): Promise<Wired> {
    const path = join(dir, `${closers.length}.sock`);
    const server = createServer().listen(path);
    await once(server, 'listening');
    const instance = connect(path);
    const [socket] = (await once(server, 'connection')) as [Socket];
    closers.push(() => {
      instance.destroy();
      socket.destroy();
      server.close();
    });
    const logs: LinkLog[] = [];
    const ends: LinkEnded[] = [];
    const link = new RuntimeLink(socket, {
      clock,
      memory: limits.memory,
      logs: new LogBudget(() => clock.now(), limits.logs),
      onLog: (log) => logs.push(log),
    });
    void link.ended.then((end) => ends.push(end));
    instance.on('error', () => {});
    return { link, instance, logs, ends };
  }

  const frame = (header: object, body = ''): Buffer =>
    Buffer.concat([encodeFrameHead(header, body.length), Buffer.from(body)]);
  const log = (text: string): Buffer => frame({ type: 'log', requestId: 'r', level: 'INFO', time: 1 }, text);
  const announced = (bytes: number): Buffer => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(2, 0);
    prefix.writeUInt32BE(bytes, 4);
    return prefix;
  };

  it('is cut when a frame is not complete in time', async () => {
    const { link, instance } = await wire();
    instance.write(announced(8 << 20));
    await expect.poll(() => limits.memory.bytes).toBe(8);
    clock.advance(30_000);
    expect(await link.ended).toMatchObject({ why: 'violation', message: 'a frame did not arrive within 30 s' });
    expect(link.isOpen).toBe(false);
    expect(limits.memory.bytes).toBe(0);
  });

  async function ready(): Promise<Wired> {
    const wired = await wire();
    const answer = wired.link.init(INIT);
    wired.instance.write(frame({ type: 'ready', loadMs: 1, initMs: 1 }));
    await answer;
    return wired;
  }

  it('takes no more requests when its program has ended, and answers those that run', async () => {
    const { link, instance, ends } = await ready();
    const answer = link.invoke(
      { type: 'invoke', requestId: 'r', timeoutMs: 1, invokeType: 'sync', credentials: NO_CREDENTIALS },
      Buffer.from('{}'),
    );
    instance.write(frame({ type: 'leaving' }));
    await expect.poll(() => link.isOpen).toBe(false);
    instance.write(frame({ type: 'result', requestId: 'r', code: 4002 }, 'exited'));
    expect((await answer).payload.toString()).toBe('exited');
    expect(ends).toEqual([]);
    instance.end();
    await expect.poll(() => ends[0]?.why).toBe('closed');
  });

  it('is cut when it stays after the end of its program', async () => {
    const { link, instance, ends } = await ready();
    instance.write(frame({ type: 'leaving' }));
    await expect.poll(() => link.isLeaving).toBe(true);
    clock.advance(LEAVE_MS);
    await expect.poll(() => ends[0]?.message).toBe('it stayed 5 s after the end of its program');
  });

  it('is cut when it leaves before it is ready, or twice', async () => {
    const early = await wire();
    early.instance.write(frame({ type: 'leaving' }));
    const twice = await ready();
    twice.instance.write(Buffer.concat([frame({ type: 'leaving' }), frame({ type: 'leaving' })]));
    for (const { ends } of [early, twice]) {
      await expect.poll(() => ends[0]).toMatchObject({ why: 'violation', message: 'an unexpected leaving' });
    }
  });

  it('costs no other instance when it floods: messages over the budget are counted, the rest and the result arrive', async () => {
    const { link, instance, logs, ends } = await wire();
    const answer = link.invoke(
      { type: 'invoke', requestId: 'r', timeoutMs: 1, invokeType: 'sync', credentials: NO_CREDENTIALS },
      Buffer.from('{}'),
    );
    const flood = Buffer.concat(Array.from({ length: 20_000 }, () => log('x')));
    instance.write(flood);
    instance.write(frame({ type: 'result', requestId: 'r', code: 0 }, 'fine'));
    expect((await answer).payload.toString()).toBe('fine');
    expect(logs).toHaveLength(5_001);
    expect(logs.at(-1)?.text).toMatch(/^15000 log messages were dropped/);
    expect(ends).toEqual([]);
  });

  it('does not hold up another link while it floods', async () => {
    const noisy = await wire();
    const quiet = await wire();
    // In another order of fields, so that each must be parsed before its type is known.
    const slow = frame({ requestId: 'r', level: 'INFO', time: 1, type: 'log' }, 'x');
    const flood = Buffer.concat(Array.from({ length: 200_000 }, () => slow));
    let isOver = false;
    noisy.instance.write(flood, () => {
      isOver = true;
    });
    await expect.poll(() => noisy.logs.length).toBeGreaterThan(0);
    const hello = quiet.link.hello;
    quiet.instance.write(frame({ type: 'hello', protocol: 1, runtime: 'quiet' }));
    expect(await hello).toBe('quiet');
    expect(isOver).toBe(false);
  });

  it('is cut for a message of the log that is too long, over the budget too', async () => {
    const { instance, ends } = await wire();
    instance.write(Buffer.concat(Array.from({ length: 6_000 }, () => log('x'))));
    instance.write(log('x'.repeat(91 * 1024)));
    await expect.poll(() => ends.length).toBe(1);
    expect(ends[0]?.message).toContain('a log message of');
  });
});

const NO_CREDENTIALS = {
  accessKey: '',
  secretKey: '',
  securityAccessKey: '',
  securitySecretKey: '',
  securityToken: '',
  authToken: '',
};

const INIT = {
  type: 'init' as const,
  handler: 'index.handler',
  initializerTimeoutMs: 1,
  codeRoot: '/code',
  env: {},
  context: { ...testSpec().context, instanceId: 'i' },
};

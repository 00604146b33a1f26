import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { BootedRuntime } from '../start/boot-runtime.ts';
import type { LaunchSpec, RuntimeLaunch } from '../start/launch-spec.ts';
import { MOST_BURSTS, Prewarmed } from './prewarmed.ts';

const NODE: RuntimeLaunch = { signature: 'node', command: [], binds: [], workingDir: '/', bootEnv: {} };
const PYTHON: RuntimeLaunch = { ...NODE, signature: 'python' };

let clock: ManualClock;
let alive: Map<string, () => void>;
let made: string[];
let prewarmed: Prewarmed;
let failing: boolean;
let tight: boolean;

/** A booted runtime whose only state is whether it is alive. */
function boot(launch: RuntimeLaunch): Promise<BootedRuntime> {
  if (failing) return Promise.reject(new Error('no sandbox today'));
  const id = `${launch.signature}-${made.length}`;
  made.push(id);
  let end = (): void => {};
  const exited = new Promise<void>((resolve) => {
    end = resolve;
  });
  const die = (): void => {
    alive.delete(id);
    end();
  };
  alive.set(id, die);
  const sandbox = { id, exited, stop: async () => die() };
  return Promise.resolve({ id, sandbox, link: { destroy: () => {} } } as unknown as BootedRuntime);
}

const spec = (launch: RuntimeLaunch): LaunchSpec => ({ runtime: launch }) as LaunchSpec;

/** Takes one; it is replaced when no other start follows. */
function take(launch: RuntimeLaunch): BootedRuntime | undefined {
  const booted = prewarmed.take(spec(launch));
  clock.advance(300);
  return booted;
}

beforeEach(() => {
  clock = new ManualClock();
  alive = new Map();
  made = [];
  failing = false;
  tight = false;
  prewarmed = new Prewarmed({
    boot,
    clock,
    limits: { perRuntime: 4, quietMs: 600_000 },
    isTight: () => tight,
    log: pino({ level: 'silent' }),
  });
});

afterEach(() => prewarmed.stop());

const PATIENCE = { timeout: 120_000, interval: 5 };
const waiting = (count: number): Promise<void> => expect.poll(() => prewarmed.waiting, PATIENCE).toBe(count);

describe('prewarmed runtimes', () => {
  it('are kept for bursts at other servers, which hear of those here', async () => {
    prewarmed.want(NODE, 'f');
    prewarmed.want(PYTHON, 'g');
    await waiting(2);
    expect(prewarmed.bursts()).toEqual([]);
    for (let at = 0; at < 2; at += 1) prewarmed.take(spec(PYTHON));
    prewarmed.take(spec(NODE));
    const [python, node, ...none] = prewarmed.bursts();
    expect([python?.starts, node?.starts, none]).toEqual([2, 1, []]);
    clock.advance(600_001);
    expect(prewarmed.bursts()).toEqual([]);
    await waiting(2);
    prewarmed.followOthers((runtime) => (runtime === node?.runtime ? 2 : 0));
    made.length = 0;
    // three of one runtime and one of the other; each look makes one at most
    await expect
      .poll(() => {
        clock.advance(5_000);
        return prewarmed.waiting;
      }, PATIENCE)
      .toBe(4);
    expect(made.map((id) => id.split('-')[0])).toEqual(['node', 'node']);
    prewarmed.followOthers(() => 0);
    clock.advance(5_000);
    await waiting(2);
  });

  it('of few runtimes are reported', () => {
    for (let number = 0; number < 2 * MOST_BURSTS; number++) prewarmed.take(spec({ ...NODE, signature: `${number}` }));
    prewarmed.take(spec({ ...NODE, signature: '100' }));
    const bursts = prewarmed.bursts();
    expect([bursts.length, bursts[0]?.starts]).toEqual([MOST_BURSTS, 2]);
  });

  it('keeps one for each runtime that a function has', async () => {
    prewarmed.want(NODE, 'f');
    prewarmed.want(NODE, 'g');
    prewarmed.want(PYTHON, 'h');
    await waiting(2);
    expect([...alive.keys()].map((id) => id.split('-')[0]).sort()).toEqual(['node', 'python']);
  });

  it('keeps one for each of sixteen container images, and for those that are used', async () => {
    const image = (number: number): RuntimeLaunch => {
      const rootfs = { path: `/images/${number}`, uid: 1003, gid: 1003 };
      return { ...NODE, signature: `image${number}`, rootfs };
    };
    for (let number = 0; number < 40; number++) prewarmed.want(image(number), `f${number}`);
    await waiting(16);
    expect(take(image(39))).toBeUndefined();
    await waiting(18);
    expect([...alive.keys()].filter((id) => id.startsWith('image39-'))).toHaveLength(2);
  });

  it('hands each one out once and replaces it, with more during demand', async () => {
    prewarmed.want(NODE, 'f');
    await waiting(1);
    const first = take(NODE);
    expect(first?.id).toBe('node-0');
    await waiting(2);
    expect(take(NODE)?.id).not.toBe(first?.id);
  });

  it('keeps enough for another burst, and stops them when memory is tight', async () => {
    prewarmed.want(NODE, 'f');
    await waiting(1);
    for (let i = 0; i < 3; i++) take(NODE);
    await waiting(4);
    tight = true;
    clock.advance(5_000);
    await waiting(1);
  });

  it('never returns a runtime of another kind', async () => {
    prewarmed.want(NODE, 'f');
    await waiting(1);
    expect(take(PYTHON)).toBeUndefined();
  });

  it('replaces none between starts that follow each other while some wait, and the last one at once', async () => {
    prewarmed.want(NODE, 'f');
    await waiting(1);
    for (let i = 0; i < 3; i++) take(NODE);
    await waiting(4);
    const before = made.length;
    for (let left = 3; left > 0; left -= 1) {
      prewarmed.take(spec(NODE));
      clock.advance(100);
      expect([prewarmed.waiting, made.length]).toEqual([left, before]);
    }
    prewarmed.take(spec(NODE));
    clock.advance(20);
    await waiting(1);
    clock.advance(279);
    await waiting(1);
    clock.advance(1);
    await waiting(4);
  });

  it('grows under lasting demand too', async () => {
    prewarmed.want(NODE, 'f');
    await waiting(1);
    for (let i = 0; i < 3; i++) take(NODE);
    await waiting(4);
    prewarmed.take(spec(NODE));
    prewarmed.take(spec(NODE));
    for (let ms = 0; ms < 1_200; ms += 100) {
      clock.advance(100);
      prewarmed.take(spec(PYTHON));
    }
    await expect.poll(() => [...alive.keys()].filter((id) => id.startsWith('node')).length).toBeGreaterThan(4);
  });

  it('returns to one after a quiet time and to none without a function', async () => {
    prewarmed.want(NODE, 'f');
    for (let i = 0; i < 8; i += 1) {
      await expect.poll(() => prewarmed.waiting).toBeGreaterThan(0);
      await take(NODE)?.sandbox.stop();
    }
    await waiting(4);
    clock.advance(700_000);
    await waiting(1);
    prewarmed.forget('f');
    await waiting(0);
    expect(alive.size).toBe(0);
  });

  it('replaces a runtime that died while it waited', async () => {
    prewarmed.want(NODE, 'f');
    await waiting(1);
    alive.get('node-0')?.();
    await expect.poll(() => alive.has('node-1')).toBe(true);
  });

  it('waits before it tries again when a runtime cannot be started', async () => {
    failing = true;
    prewarmed.want(NODE, 'f');
    await waiting(0);
    failing = false;
    clock.advance(5_000);
    expect(made).toEqual([]);
    clock.advance(10_000);
    await waiting(1);
  });

  it('leaves no runtime alive when it stops', async () => {
    prewarmed.want(NODE, 'f');
    await waiting(1);
    await prewarmed.stop();
    expect(alive.size).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Waiting, WaitingStock } from './waiting-stock.ts';

interface Fake extends Waiting {
  readonly number: number;
  die(): void;
}

function stockOf(options: { readonly fails?: () => boolean } = {}) {
  const made: Fake[] = [];
  const stopped: number[] = [];
  const stock = new WaitingStock<Fake>(async () => {
    if (options.fails?.() === true) throw new Error('no room');
    const { promise, resolve } = Promise.withResolvers<void>();
    const number = made.length + 1;
    const fake = { number, ended: promise, die: resolve, stop: async () => void stopped.push(number) };
    made.push(fake);
    return fake;
  });
  return { stock, made, stopped };
}

const settle = () => vi.advanceTimersByTimeAsync(1000);

describe('sandboxes made ahead', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are two, made after the first start', async () => {
    const { stock, made } = stockOf();
    await settle();
    expect(stock.take()).toBeUndefined();
    await stock.during(async () => {});
    await settle();
    expect(made.length).toBe(2);
    expect([stock.take()?.number, stock.take()?.number, stock.take()]).toEqual([1, 2, undefined]);
  });

  it('are not made while a sandbox starts', async () => {
    const { stock, made } = stockOf();
    const { promise, resolve } = Promise.withResolvers<void>();
    const starting = stock.during(() => promise);
    await stock.during(async () => {});
    await settle();
    expect(made.length).toBe(0);
    resolve();
    await starting;
    await settle();
    expect(made.length).toBe(2);
  });

  it('are made after a start that failed, too', async () => {
    const { stock, made } = stockOf();
    await expect(stock.during(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    await settle();
    expect(made.length).toBe(2);
  });

  it('are forgotten when they die', async () => {
    const { stock, made } = stockOf();
    await stock.during(async () => {});
    await settle();
    made[0]?.die();
    await settle();
    expect(stock.take()?.number).toBe(2);
  });

  it('are tried again by the next start when one cannot be made', async () => {
    let fails = true;
    const { stock, made } = stockOf({ fails: () => fails });
    await stock.during(async () => {});
    await settle();
    fails = false;
    await settle();
    expect(made.length).toBe(0);
    await stock.during(async () => {});
    await settle();
    expect(made.length).toBe(2);
  });

  it('end with the stock', async () => {
    const { stock, stopped, made } = stockOf();
    await stock.during(async () => {});
    await settle();
    await stock.close();
    expect(stopped).toEqual([1, 2]);
    await stock.during(async () => {});
    await settle();
    expect(made.length).toBe(2);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyBudget } from './body-budget.ts';
import { bodyClaims, bodyMemoryBytes } from './body-claims.ts';

const MB = 1024 * 1024;

/** How much one client may hold at one target until it is refused, in pieces of a megabyte. */
function flood(budget: BodyBudget, target: string, address: string): number {
  const room = budget.open(bodyClaims(target, { remoteAddress: address }));
  for (let held = 0; ; held += 1) {
    try {
      room.take(MB);
    } catch (error) {
      expect(error).toMatchObject({ code: 'overloaded', retryAfterSeconds: 5 });
      return held;
    }
  }
}

describe('the budget of bodies', () => {
  it('leaves room for other clients of a flooded target and for other targets of the same client', () => {
    const budget = new BodyBudget(300 * MB);
    expect(flood(budget, 'one', '192.0.2.1')).toBe(100);
    expect(() => budget.open(bodyClaims('one', { remoteAddress: '192.0.2.2' })).take(6 * MB)).not.toThrow();
    expect(() => budget.open(bodyClaims('two', { remoteAddress: '192.0.2.1' })).take(6 * MB)).not.toThrow();
    expect(() => budget.open(bodyClaims('two', { remoteAddress: '192.0.2.2' })).take(6 * MB)).not.toThrow();
  });

  it('has room for small bodies however many flood it', () => {
    const budget = new BodyBudget(300 * MB);
    for (let one = 0; one < 20; one += 1) flood(budget, `target-${one}`, `192.0.2.${one}`);
    expect(budget.used).toBeLessThanOrEqual(300 * MB);
    expect(() => budget.open(bodyClaims('other', { remoteAddress: '198.51.100.1' })).take(64 * 1024)).not.toThrow();
  });

  it('gets back all that it gave, in any order', () => {
    const step = fc.record({ target: fc.nat(3), client: fc.nat(3), bytes: fc.nat(50), close: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const budget = new BodyBudget(200);
        const rooms = steps.map(({ target, client, bytes, close }) => {
          const room = budget.open(bodyClaims(`${target}`, { remoteAddress: `192.0.2.${client}` }));
          try {
            room.take(bytes);
          } catch {
            // a refusal takes nothing
          }
          expect(budget.used).toBeLessThanOrEqual(200);
          if (close) room.close();
          return room;
        });
        for (const room of rooms) room.close();
        for (const room of rooms) room.close();
        expect(budget.used).toBe(0);
        expect(() => budget.open(bodyClaims('0', { remoteAddress: '192.0.2.0' })).take(60)).not.toThrow();
      }),
    );
  });

  it('is a part of the memory of the machine', () => {
    expect(bodyMemoryBytes()).toBeGreaterThan(0);
    expect(bodyMemoryBytes()).toBeLessThanOrEqual(512 * MB);
  });
});

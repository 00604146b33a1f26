import { describe, expect, it } from 'vitest';
import { newRequestId } from './ids.ts';

describe('request ids', () => {
  it('are UUIDs that contain their time of creation', () => {
    const before = Date.now();
    const id = newRequestId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const at = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  it('are never the same', () => {
    expect(new Set(Array.from({ length: 10_000 }, newRequestId)).size).toBe(10_000);
  });

  it('have random digits in each place behind the time', () => {
    const tails = Array.from({ length: 2_000 }, () => newRequestId().slice(15).replaceAll('-', ''));
    const kinds = Array.from({ length: 19 }, (_, at) => new Set(tails.map((tail) => tail[at])).size);
    expect(kinds).toEqual([16, 16, 16, 4, ...new Array<number>(15).fill(16)]);
  });
});

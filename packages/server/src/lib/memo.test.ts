import { describe, expect, it } from 'vitest';
import { memo } from './memo.ts';

describe('memo', () => {
  it('computes once for each argument, and keeps no more than its size', () => {
    const requested: string[] = [];
    const upper = memo(2, 10, (text) => {
      requested.push(text);
      return text.toUpperCase();
    });
    expect([upper('a'), upper('a'), upper('b'), upper('a')]).toEqual(['A', 'A', 'B', 'A']);
    expect(requested).toEqual(['a', 'b']);
    upper('c');
    upper('a');
    expect(requested).toEqual(['a', 'b', 'c', 'a']);
  });

  it('does not keep long arguments', () => {
    let requested = 0;
    const length = memo(2, 3, (text) => {
      requested += 1;
      return text.length;
    });
    expect([length('long'), length('long')]).toEqual([4, 4]);
    expect(requested).toBe(2);
  });
});

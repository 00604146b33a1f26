import { describe, expect, it } from 'vitest';
import { requestedChange } from './known-change.ts';

describe('the change that a request must know', () => {
  it('is a number, or none', () => {
    expect(requestedChange({})).toBeUndefined();
    expect(requestedChange({ 'x-funcgraph-change': '0' })).toBe(0);
    expect(requestedChange({ 'x-funcgraph-change': '9007199254740991' })).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each(['', '-1', '1.5', '1, 2', ' 1', '0x10', '9007199254740993', '1'.repeat(17)])('is refused as %j', (text) => {
    expect(() => requestedChange({ 'x-funcgraph-change': text })).toThrow(
      expect.objectContaining({ code: 'invalid_request', hint: expect.any(String) }),
    );
  });
});

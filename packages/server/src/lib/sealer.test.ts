import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sealer } from './sealer.ts';

describe('sealer', () => {
  const sealer = new Sealer(randomBytes(32));

  it('opens its own seals and never seals the same way twice', () => {
    const [a, b] = [sealer.seal('密钥 secret'), sealer.seal('密钥 secret')];
    expect(sealer.open(a)).toBe('密钥 secret');
    expect(a).not.toBe(b);
  });

  it('refuses a sealed text that was changed, cut, or sealed with another key', () => {
    const sealed = Buffer.from(sealer.seal('secret'), 'base64');
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
    expect(() => sealer.open(changed.toString('base64'))).toThrow();
    expect(() => sealer.open(sealed.subarray(0, 20).toString('base64'))).toThrow();
    const shortTag = Buffer.from(sealer.seal(''), 'base64').subarray(0, 12 + 4);
    expect(() => sealer.open(shortTag.toString('base64'))).toThrow();
    expect(() => new Sealer(randomBytes(32)).open(sealed.toString('base64'))).toThrow(
      expect.objectContaining({ code: 'KEY_FILE', hint: expect.stringContaining('backup') }),
    );
  });
});

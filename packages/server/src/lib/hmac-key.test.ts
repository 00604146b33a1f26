import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HmacKey } from './hmac-key.ts';

it('signs as createHmac does, for keys shorter and longer than a block', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.string({ maxLength: 500 }), (key, text) => {
      expect(new HmacKey(key).sign(text)).toEqual(createHmac('sha256', key).update(text).digest());
    }),
  );
});

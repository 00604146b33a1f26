import { expect, it } from 'vitest';
import { InternalAddressError, lookupFor } from './outgoing-address.ts';

function find(host: string, allowed: readonly string[]): Promise<string> {
  const lookup = lookupFor(new URL(`amqp://${host}:5672`), new Set(allowed));
  return new Promise((resolve, reject) => {
    lookup(host, {}, (error, address) => (error === null ? resolve(String(address)) : reject(error)));
  });
}

it('an internal address is refused unless its host or its network is allowed', async () => {
  expect(() => find('10.1.2.3', [])).toThrow(InternalAddressError);
  expect(() => find('10.1.2.3', ['10.2.0.0/16', '10.1.2.3:80', '::/0'])).toThrow(InternalAddressError);
  for (const allowed of ['10.1.2.3', '10.1.2.3:5672', '10.1.0.0/16', '0.0.0.0/0'])
    expect(await find('10.1.2.3', [allowed])).toBe('10.1.2.3');
});

it('a name is refused when it has an internal address outside of the allowed networks', async () => {
  await expect(find('localhost', ['10.0.0.0/8'])).rejects.toThrow(InternalAddressError);
  expect(await find('localhost', ['127.0.0.0/8', '::1/128'])).toMatch(/^(127\.|::1)/);
});

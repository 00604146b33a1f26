import dns, { type LookupAllOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
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

describe('a name whose answers change', () => {
  const { lookup } = dns;
  afterEach(() => answerWith(lookup));

  function answerWith(replaced: typeof dns.lookup): void {
    dns.lookup = replaced;
    syncBuiltinESMExports();
  }

  /** Each answer of the name server once, in their order. */
  function answers(...given: readonly (readonly string[])[]): void {
    const left = [...given];
    answerWith(((_: string, options: LookupAllOptions, done: (...ends: unknown[]) => void) => {
      const all = (left.shift() ?? []).map((address) => ({ address, family: isIP(address) }));
      if (options.all === true) done(null, all);
      else done(null, all[0]?.address, all[0]?.family);
    }) as typeof dns.lookup);
  }

  it('is judged at each connection, by the answer that the connection uses', async () => {
    answers(['8.8.8.8'], ['169.254.169.254'], ['::ffff:127.0.0.1'], ['8.8.8.8']);
    expect(await find('changing.example', [])).toBe('8.8.8.8');
    await expect(find('changing.example', [])).rejects.toThrow(InternalAddressError);
    await expect(find('changing.example', [])).rejects.toThrow(InternalAddressError);
    expect(await find('changing.example', [])).toBe('8.8.8.8');
  });

  it('is refused when one of several addresses is internal', async () => {
    answers(['8.8.8.8', '2001:4860:4860::8888'], ['8.8.8.8', 'fd00:ec2::254']);
    const all = () =>
      new Promise<unknown>((resolve) => {
        lookupFor(new URL('http://changing.example'), new Set())('changing.example', { all: true }, (error, found) =>
          resolve(error?.name ?? found),
        );
      });
    expect(await all()).toHaveLength(2);
    expect(await all()).toBe('InternalAddressError');
  });
});

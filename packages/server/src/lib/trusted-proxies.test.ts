import { describe, expect, it } from 'vitest';
import { TrustedProxies } from './trusted-proxies.ts';

const proxies = new TrustedProxies(['10.0.0.0/8', '192.168.7.1', 'fd00::/8', '::1']);

function client(peer: string | undefined, forwardedFor?: string, of = proxies): string | undefined {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return of.clientOf({ socket: { remoteAddress: peer }, headers }).remoteAddress;
}

describe('the client of a request', () => {
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['is the peer without a header', '203.0.113.5', undefined, '203.0.113.5'],
    ['is the peer that is no proxy, with any header', '203.0.113.5', '10.1.1.1', '203.0.113.5'],
    [
      'is the peer that is no proxy, also in the form of an IPv6 socket',
      '::ffff:203.0.113.5',
      '1.1.1.1',
      '::ffff:203.0.113.5',
    ],
    ['is the trusted peer that names no one', '10.0.0.1', undefined, '10.0.0.1'],
    ['is whom a trusted peer names', '10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['is whom a trusted peer names on an IPv6 socket', '::ffff:10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['is whom a trusted peer names in IPv6', '::1', '2001:db8::7', '2001:db8::7'],
    ['is the last that is no proxy: the rest may be made up', '10.0.0.1', '1.1.1.1, 203.0.113.5', '203.0.113.5'],
    ['is found behind several proxies', '10.0.0.1', '1.1.1.1, 203.0.113.5, 192.168.7.1,10.9.9.9', '203.0.113.5'],
    ['is the first proxy when all are trusted', '10.0.0.1', '10.3.3.3, 10.2.2.2', '10.3.3.3'],
    ['is read with a port', '10.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
    ['is read in brackets, with a port', '10.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['is the last that is known before nonsense', '10.0.0.1', '203.0.113.5, unknown, 10.2.2.2', '10.2.2.2'],
    ['is the peer before nonsense', '10.0.0.1', '203.0.113.5, _hidden', '10.0.0.1'],
    ['is the peer before an empty name', '10.0.0.1', '203.0.113.5,', '10.0.0.1'],
    ['is unknown on a closed connection', undefined, '203.0.113.5', undefined],
  ])('%s', (_, peer, header, expected) => {
    expect(client(peer, header)).toBe(expected);
  });

  it('is the peer when no proxy is trusted', () => {
    expect(client('127.0.0.1', '203.0.113.5', new TrustedProxies([]))).toBe('127.0.0.1');
  });
});

it.each(['10.0.0.0/33', 'fd00::/129', 'proxy.example', '10.0.0', '', '10.0.0.1/x', '10.0.0.1 '])(
  'refuses %j as a proxy',
  (range) => {
    expect(() => new TrustedProxies([range])).toThrow('is neither an address nor a network');
  },
);

import { describe, expect, it } from 'vitest';
import { type NetworkFacts, networkGap, networkHint } from './network-hint.ts';

const FACTS: NetworkFacts = { driver: 'bubblewrap', networks: true, degraded: [], egress: true, network: 'none' };
const OPEN = { publicNetwork: true, mounts: [] };

describe('why a function has no network', () => {
  it.each([
    ['its own setting', { ...OPEN, publicNetwork: false }, FACTS, '--network default'],
    ['a network of another project', { ...OPEN, vpc: { vpcId: 'a', subnetId: 'b' } }, FACTS, 'fgs networks list'],
    ['the server', OPEN, { ...FACTS, egress: false }, '--egress off'],
    [
      'a missing program',
      OPEN,
      { ...FACTS, networks: false, degraded: ['Functions reach nothing but themselves: nft is not installed.'] },
      'Functions reach nothing but themselves: nft is not installed (fgs doctor)',
    ],
  ])('is %s', (_, choice, facts, text) => {
    expect(networkGap(choice, facts)).toContain(text);
  });

  it.each([
    ['in an instance that reaches the outside', { ...FACTS, network: 'egress' as const }],
    ['without isolation', { ...FACTS, driver: 'process', networks: false }],
  ])('is not said %s', (_, facts) => {
    expect(networkGap(OPEN, facts)).toBeUndefined();
  });
});

describe('the line about a missing network', () => {
  const gap = (): string => 'because';

  it.each([
    'connect ENETUNREACH 93.184.216.34:80',
    'getaddrinfo EAI_AGAIN example.com',
    '<urlopen error [Errno -3] Temporary failure in name resolution>',
    'java.net.UnknownHostException: example.com',
    'dial tcp: lookup example.com: no such host',
  ])('follows the error %s', (text) => {
    expect(networkHint(Buffer.from(text), gap)).toBe('the function has no network: because');
  });

  it('does not follow other errors, nor any while there is a network', () => {
    expect(networkHint(Buffer.from('connect ECONNREFUSED'), gap)).toBeUndefined();
    expect(networkHint(Buffer.from('ENETUNREACH'), () => undefined)).toBeUndefined();
  });
});

import { expect, it } from 'vitest';
import { KnownHosts } from './known-hosts.ts';
import { sessionCookie, sessionIn, setsSession, withoutSession } from './session-cookie.ts';

const hosts = new KnownHosts({ host: 'fgs.lan', machine: 'Box', publicUrl: 'https://fgs.example.com/up' });
const placeOf = (host: string) => hosts.placeOf({ host });

it.each([
  ['localhost:8080', { secure: false, loopback: true }],
  ['127.0.0.1', { secure: false, loopback: true }],
  ['[::1]:8080', { secure: false, loopback: true }],
  ['192.168.1.2:8080', { secure: false, loopback: false }],
  ['[fd00::1]:8080', { secure: false, loopback: false }],
  ['FGS.lan:8080', { secure: false, loopback: false }],
  ['box', { secure: false, loopback: false }],
  ['fgs.example.com', { secure: true, loopback: false }],
  ['fgs.example.com:8080', { secure: false, loopback: false }],
])('knows %s', (host, place) => {
  expect(placeOf(host)).toEqual({ host: host.toLowerCase(), ...place });
});

it.each([
  'evil.example',
  'localhost.evil.example',
  'a.localhost',
  '127.0.0.1.evil.example',
  'evil.example:80@localhost',
  'localhost:8080, evil.example',
  '[::1].evil.example',
  '2130706433',
  '',
  'localhost:',
])('does not know %s', (host) => {
  expect(placeOf(host)).toBeUndefined();
});

it('expects pages of an address with TLS to come over TLS', () => {
  const secure = placeOf('fgs.example.com');
  const plain = placeOf('localhost:8080');
  if (secure === undefined || plain === undefined) throw new Error('unknown');
  expect(hosts.isAt('https://fgs.example.com', secure)).toBe(true);
  expect(hosts.isAt('http://fgs.example.com', secure)).toBe(false);
  expect(hosts.isAt('http://localhost:8080', plain)).toBe(true);
  expect(hosts.isAt('https://localhost:8080', plain)).toBe(true);
  expect(hosts.isAt('http://localhost:8081', plain)).toBe(false);
  expect(hosts.isAt('null', plain)).toBe(false);
});

it('shares its cookies with other ports of its names, and not with the addresses of the own machine', () => {
  const of = (overHttp: boolean) => (host: string) => hosts.isOfConsole(host, overHttp);
  const each = [
    'localhost:8081',
    'fgs.example.com:8443',
    '127.0.0.1:8081',
    '192.168.1.2:8081',
    'fgs.lan',
    'evil.example',
  ];
  expect(each.filter(of(false))).toEqual(['localhost:8081', 'fgs.example.com:8443']);
  expect(each.filter(of(true))).toEqual(['localhost:8081', 'fgs.example.com:8443', '192.168.1.2:8081', 'fgs.lan']);
});

it('marks the cookie as secure where browsers accept that, and reads no cookie of the other name', () => {
  const lan = { host: '192.168.1.2:8080', secure: false, loopback: false };
  const local = { host: 'localhost:8080', secure: false, loopback: true };
  expect(sessionCookie(local, 'abc')).toBe('__Host-fgs-session=abc; Path=/; HttpOnly; SameSite=Strict; Secure');
  expect(sessionCookie(lan, undefined)).toBe('fgs-session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0');
  const both = 'a=b; fgs-session=plain; __Host-fgs-session=safe';
  expect([sessionIn(both, local), sessionIn(both, lan)]).toEqual(['safe', 'plain']);
  expect(sessionIn('fgs-session=plain', local)).toBeUndefined();
  expect(sessionIn(undefined, local)).toBeUndefined();
});

it.each([
  ['__Host-fgs-session=x; a=1', 'a=1'],
  ['a=1;__host-FGS-session = x', 'a=1'],
  ['fgs-session; b=2', 'b=2'],
  ['fgs-session2=x; my-fgs-session=y', 'fgs-session2=x; my-fgs-session=y'],
])('takes the session out of %s', (cookies, rest) => {
  expect(withoutSession(cookies)).toBe(rest);
});

it('knows a header that sets the session', () => {
  expect(['__Host-fgs-session=x; Path=/', ' fgs-session=x', '__HOST-fgs-session'].every(setsSession)).toBe(true);
  expect(['my-fgs-session=x', 'a=fgs-session=x'].some(setsSession)).toBe(false);
});

import { expect, it } from 'vitest';
import { readHostName, requestedHost } from './gateway-host.ts';

it.each(['api.example.com', 'API.Example.com', 'xn--bcher-kva.example', 'a.b'])('%s is a host name', (text) => {
  expect(readHostName(text)).toBe(text.toLowerCase());
});

it.each([
  '',
  'api',
  'localhost',
  '*.example.com',
  '.example.com',
  'example.com.',
  'a..b',
  '-a.b',
  'a-.b',
  'a_b.c',
  'bücher.example',
  'api.example.com:80',
  'user@example.com',
  'a.b/c',
  '127.0.0.1',
  '127.1',
  '0x7f.0.0.1',
  'a.0x7f',
  'a.1',
  '[::1]',
  '::1',
  `${'a'.repeat(64)}.b`,
  `${'a.'.repeat(126)}bc`,
])('%s is none', (text) => {
  expect(readHostName(text)).toBeUndefined();
});

it.each([
  ['api.example.com', 'api.example.com'],
  ['API.example.COM', 'api.example.com'],
  ['api.example.com:8081', 'api.example.com'],
  ['api.example.com.', 'api.example.com'],
  ['api.example.com.:80', 'api.example.com'],
  ['api.example.com..', 'api.example.com.'],
  ['x@api.example.com', undefined],
  ['api.example.com:80:80', undefined],
  [undefined, undefined],
])('the host of a request for %s is %s', (header, host) => {
  expect(requestedHost(header)).toBe(host);
});

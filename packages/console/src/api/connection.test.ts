import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { observedFetch, useConnection } from './connection.ts';

const answering = (status: number, headers = {}) =>
  vi.stubGlobal('fetch', async () => new Response(null, { status, headers }));
const isLost = () => useConnection.getState().lostAt !== undefined;

beforeEach(() => useConnection.setState({ lostAt: undefined }));
afterEach(() => vi.unstubAllGlobals());

test.each([
  [200, false],
  [401, false],
  [500, false],
  [502, true],
  [503, true],
  [504, true],
])('an answer of %i means a lost connection: %s', async (status, lost) => {
  answering(status);
  await observedFetch('http://server/');
  expect(isLost()).toBe(lost);
});

test('a server that is busy is not lost', async () => {
  answering(503, { 'x-request-id': 'r1' });
  await observedFetch('http://server/');
  expect(isLost()).toBe(false);
});

test('a failed request is a lost connection until another one succeeds', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await expect(observedFetch('http://server/')).rejects.toThrow('Failed to fetch');
  expect(isLost()).toBe(true);
  answering(200);
  await observedFetch('http://server/');
  expect(isLost()).toBe(false);
});

test('a request that a page ends says nothing about the server', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('ended', 'AbortError')));
  await expect(observedFetch('http://server/', { signal: AbortSignal.abort() })).rejects.toThrow('ended');
  expect(isLost()).toBe(false);
});

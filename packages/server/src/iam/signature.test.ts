import { createHash, createHmac } from 'node:crypto';
import { signRequest } from '@funcgraph/api';
import { describe, expect, it } from 'vitest';
import { HmacKey } from '../lib/hmac-key.ts';
import { MAX_SKEW_MS, type SignedRequest, verifySignature } from './signature.ts';

const KEY = new HmacKey('SKEXAMPLE');
const keyOf = (accessKey: string): HmacKey | undefined => (accessKey === 'AKEXAMPLE' ? KEY : undefined);
const DATE = Date.UTC(2026, 10, 24, 22, 43, 16);
const EMPTY = Buffer.alloc(0);

/** The request of the official Node SDK for a listFunctions call. */
const recorded: SignedRequest = {
  method: 'GET',
  url: '/v2/p0001/fgs/functions?maxitems=5',
  headers: {
    host: '127.0.0.1:8080',
    'content-type': 'application/json',
    'x-project-id': 'p0001',
    'x-sdk-date': '20261124T224316Z',
    authorization:
      'SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=1d7f3f258c7162044400f4569156d569e63a8a0cbdea1a9d00d1d3f9251d005c',
  },
  payload: EMPTY,
};

const invoke: SignedRequest = {
  method: 'POST',
  url: '/v2/p0001/fgs/functions/urn:fss:local-1:p0001:function:default:hello:latest/invocations',
  headers: {
    ...recorded.headers,
    'x-cff-log-type': 'tail',
    'x-cff-request-version': 'v1',
    authorization:
      'SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=content-type;host;x-cff-log-type;x-cff-request-version;x-project-id;x-sdk-date, Signature=a64f5bc3e40f013a706c8474abe72119493b2b796827f44788f3ab044b45d330',
  },
  payload: Buffer.from('{"k":"v"}'),
};

/** Signs as a client that spells the path its own way. */
function signAs(path: string, request: SignedRequest): SignedRequest {
  const date = '20261124T224316Z';
  const canonical = `${request.method}\n${path}\n\nhost:h\nx-sdk-date:${date}\n\nhost;x-sdk-date\n${createHash('sha256')
    .update(request.payload as Buffer)
    .digest('hex')}`;
  const text = `SDK-HMAC-SHA256\n${date}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', 'SKEXAMPLE').update(text).digest('hex');
  const authorization = `SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=host;x-sdk-date, Signature=${signature}`;
  return { ...request, headers: { ...request.headers, host: 'h', 'x-sdk-date': date, authorization } };
}

describe('signature', () => {
  it.each([
    ['a GET with a query', recorded],
    ['an invocation with a body and colons in the path', invoke],
  ])('accepts a request of the official SDK: %s', (_, request) => {
    expect(verifySignature(request, keyOf, DATE)).toEqual({ ok: true, accessKey: 'AKEXAMPLE' });
  });

  it.each<[string, Partial<SignedRequest>]>([
    ['another body', { payload: Buffer.from('{"k":"w"}') }],
    ['no body', { payload: EMPTY }],
    ['another method', { method: 'PUT' }],
    ['another path', { url: invoke.url.replace('hello', 'hullo') }],
    ['an added query', { url: `${invoke.url}?a=1` }],
    ['a changed signed header', { headers: { ...invoke.headers, 'x-cff-log-type': 'none' } }],
    ['a removed signed header', { headers: { ...invoke.headers, 'x-cff-log-type': undefined } }],
    ['another date', { headers: { ...invoke.headers, 'x-sdk-date': '20261124T224317Z' } }],
  ])('refuses the same signature on %s', (_, change) => {
    expect(verifySignature({ ...invoke, ...change }, keyOf, DATE)).toEqual({ ok: false, why: 'signature mismatch' });
  });

  it('refuses a request from more than fifteen minutes ago or ahead, and accepts one just inside', () => {
    expect(verifySignature(invoke, keyOf, DATE + MAX_SKEW_MS + 1)).toEqual({ ok: false, why: 'clock skew' });
    expect(verifySignature(invoke, keyOf, DATE - MAX_SKEW_MS - 1)).toEqual({ ok: false, why: 'clock skew' });
    expect(verifySignature(invoke, keyOf, DATE + MAX_SKEW_MS).ok).toBe(true);
  });

  it('refuses an unknown key, a wrong secret and a malformed header', () => {
    expect(verifySignature(invoke, () => undefined, DATE)).toEqual({ ok: false, why: 'unknown access key' });
    expect(verifySignature(invoke, () => new HmacKey('other'), DATE)).toEqual({ ok: false, why: 'signature mismatch' });
    const headers = { ...invoke.headers, authorization: 'SDK-HMAC-SHA256 Access=AKEXAMPLE' };
    expect(verifySignature({ ...invoke, headers }, keyOf, DATE)).toEqual({ ok: false, why: 'authorization header' });
  });

  it('refuses a signature that does not cover the date', () => {
    const authorization = invoke.headers.authorization?.replace(';x-sdk-date', '') ?? '';
    expect(verifySignature({ ...invoke, headers: { ...invoke.headers, authorization } }, keyOf, DATE).ok).toBe(false);
  });

  it('refuses a content hash that is not signed, is wrong, or leaves JSON unprotected', () => {
    const added = { ...invoke, headers: { ...invoke.headers, 'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD' } };
    expect(verifySignature(added, keyOf, DATE)).toEqual({ ok: false, why: 'content hash' });
    const authorization =
      invoke.headers.authorization?.replace(';x-sdk-date', ';x-sdk-content-sha256;x-sdk-date') ?? '';
    const signed = { ...added, headers: { ...added.headers, authorization } };
    expect(verifySignature(signed, keyOf, DATE)).toEqual({ ok: false, why: 'content hash' });
    const wrong = { ...signed, headers: { ...signed.headers, 'x-sdk-content-sha256': '0'.repeat(64) } };
    expect(verifySignature(wrong, keyOf, DATE)).toEqual({ ok: false, why: 'content hash' });
  });

  it.each([
    ['decoded, then encoded (Go, Python)', '/a%20b/', '/a%20b'],
    ['encoded as sent (Java, Node)', '/a%2520b/', '/a%20b'],
    ['with a doubled first slash (endpoint with a trailing slash)', '//v2/x/', '/v2/x'],
  ])('accepts a path %s', (_, path, url) => {
    const request = signAs(path, { method: 'GET', url, headers: {}, payload: EMPTY });
    expect(verifySignature(request, keyOf, DATE).ok).toBe(true);
  });

  it('accepts a request of our own client, with an awkward query', async () => {
    const url = new URL(
      'http://127.0.0.1:8080/v1/p/functions/urn:fss:r:p:function:default:f/logs?keyword=a%20b%2Bc%2F%E4%B8%AD&a=',
    );
    const body = new TextEncoder().encode('{}');
    const signed = await signRequest(
      { method: 'GET', url, headers: { 'Content-Type': 'application/json' }, body, nowMs: DATE },
      { accessKey: 'AKEXAMPLE', secretKey: 'SKEXAMPLE' },
    );
    const headers = {
      'content-type': 'application/json',
      host: url.host,
      'x-sdk-date': signed['X-Sdk-Date'],
      authorization: signed.Authorization,
    };
    const request = { method: 'GET', url: url.pathname + url.search, headers, payload: Buffer.from(body) };
    expect(verifySignature(request, keyOf, DATE)).toEqual({ ok: true, accessKey: 'AKEXAMPLE' });
  });
});

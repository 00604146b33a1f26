import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { secretText } from '../../../triggers/index.ts';
import { checkProof, type DistinctHeaders, readProof } from './proof.ts';

const NOW = 1_767_225_600_000;
const KEY = randomBytes(32);
const BODY = Buffer.from('{"a":1}');

function passes(headers: DistinctHeaders, { key = KEY, body = BODY } = {}): boolean {
  try {
    checkProof(readProof(headers, NOW), key, body);
    return true;
  } catch (error) {
    expect(error).toMatchObject({
      code: 'event_refused',
      message: 'No event webhook has this address and this secret.',
    });
    return false;
  }
}

function signed({ id = 'msg_1', at = NOW / 1000, key = KEY } = {}): DistinctHeaders & Record<string, string[]> {
  const signature = createHmac('sha256', key).update(`${id}.${at}.`).update(BODY).digest('base64');
  return { 'webhook-id': [id], 'webhook-timestamp': [String(at)], 'webhook-signature': [`v1,${signature}`] };
}

describe('a sender', () => {
  it('proves itself by the secret', () => {
    expect(passes({ authorization: [`Bearer ${secretText(KEY)}`] })).toBe(true);
    expect(passes({ authorization: [`bearer  ${secretText(KEY)}`] })).toBe(true);
  });

  it('proves itself by a signature, also beside others', () => {
    expect(passes(signed())).toBe(true);
    const [own = ''] = signed()['webhook-signature'] ?? [];
    const [other = ''] = signed({ key: randomBytes(32) })['webhook-signature'] ?? [];
    expect(passes({ ...signed(), 'webhook-signature': [`${other} v1a,x ${own}`] })).toBe(true);
    expect(passes(signed({ at: NOW / 1000 - 299 }))).toBe(true);
  });

  it.each<[string, DistinctHeaders]>([
    ['nothing', {}],
    ['an empty secret', { authorization: ['Bearer '] }],
    ['another secret', { authorization: [`Bearer ${secretText(randomBytes(32))}`] }],
    ['the secret with more behind it', { authorization: [`Bearer ${secretText(KEY)}x`] }],
    ['two secrets', { authorization: [`Bearer ${secretText(KEY)}`, `Bearer ${secretText(KEY)}`] }],
    ['another scheme', { authorization: [`Basic ${secretText(KEY)}`] }],
    ['a wrong secret beside a valid signature', { ...signed(), authorization: ['Bearer x'] }],
    ['a signature by another secret', signed({ key: randomBytes(32) })],
    ['a signature of six minutes ago', signed({ at: NOW / 1000 - 360 })],
    ['a signature from the future', signed({ at: NOW / 1000 + 360 })],
    ['a time that is changed', { ...signed(), 'webhook-timestamp': [String(NOW / 1000 - 1)] }],
    ['a time in another form', { ...signed(), 'webhook-timestamp': [`0x${(NOW / 1000).toString(16)}`] }],
    ['two times', { ...signed(), 'webhook-timestamp': [String(NOW / 1000), String(NOW / 1000)] }],
    ['another id', { ...signed(), 'webhook-id': ['msg_2'] }],
    ['no id', { ...signed(), 'webhook-id': undefined }],
    ['a short signature', { ...signed(), 'webhook-signature': ['v1,AAAA'] }],
    ['an empty signature', { ...signed(), 'webhook-signature': ['v1,'] }],
    [
      'another version',
      { ...signed(), 'webhook-signature': [signed()['webhook-signature']?.[0]?.replace('v1', 'v0') ?? ''] },
    ],
    [
      'a valid signature after ten others',
      { ...signed(), 'webhook-signature': [`${'v1,x '.repeat(10)}${signed()['webhook-signature']?.[0]}`] },
    ],
  ])('is refused with %s', (_, headers) => {
    expect(passes(headers)).toBe(false);
  });

  it('is refused with a signature over another body', () => {
    expect(passes(signed(), { body: Buffer.from('{"a":2}') })).toBe(false);
  });
});

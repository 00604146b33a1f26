import { describe, expect, it } from 'vitest';
import { deliveryOf, readDelivery } from './delivery-message.ts';
import { readAttributes, writeAttributes } from './message.ts';
import { type EndedInvocation, outcomeEvent } from './outcome-event.ts';

const URN = 'urn:fss:r:p:function:default:f';
const ended: EndedInvocation = {
  requestId: 'r1',
  urn: `${URN}:latest`,
  event: Buffer.from('{"a":"ä"}'),
  ending: { kind: 'ok', result: Buffer.from('hello world!') },
  attempts: 1,
  endedAt: Date.UTC(2020, 7, 20, 12),
};
const parsed = (change: Partial<EndedInvocation>) => JSON.parse(outcomeEvent({ ...ended, ...change }).toString());

describe('the event that a destination gets', () => {
  it('has the fields of the guide, and no others', () => {
    expect(parsed({})).toEqual({
      timestamp: '2020-08-20T12:00:00.000Z',
      request_context: {
        request_id: 'r1',
        function_urn: `${URN}:latest`,
        condition: '',
        approximate_invoke_count: 0,
      },
      request_payload: '{"a":"ä"}',
      response_context: { status_code: 200, function_error: '' },
      response_payload: 'hello world!',
    });
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 2],
    [4, 4],
  ])('after %i attempts counts %i', (attempts, count) => {
    expect(parsed({ attempts }).request_context.approximate_invoke_count).toBe(count);
  });

  it('contains the error of a function', () => {
    const failed = parsed({ ending: { kind: 'failed', result: Buffer.from('{"errorMessage":"no"}') } });
    expect(failed).toMatchObject({
      request_context: { condition: 'UnhandledInvocationError' },
      response_context: { status_code: 500, function_error: '' },
      response_payload: '{"errorMessage":"no"}',
    });
    expect(parsed({ ending: { kind: 'expired', message: 'too old' } })).toMatchObject({
      request_context: { condition: 'EventAgeExceeded' },
      response_context: { status_code: 429 },
      response_payload: '{"errorMessage":"too old","errorType":"EventAgeExceeded"}',
    });
    expect(parsed({ ending: { kind: 'refused', message: 'gone' } })).toMatchObject({
      request_context: { condition: 'InvocationRefused' },
      response_context: { status_code: 404 },
    });
  });
});

describe('a delivery', () => {
  const onSuccess = { destination: 'HTTP', param: '{"url":"https://example.com"}' };
  const attributes = readAttributes(
    writeAttributes({
      urn: URN,
      maxRetries: 1,
      memoryChoice: '256',
      toAdditional: true,
      onSuccess,
      chain: ['urn:fss:r:p:function:default:first:latest'],
      statusLog: true,
      redriveOf: 'r0',
    }),
  );

  it('is made for an outcome with a destination', () => {
    const of = { attributes, group: 'p:default:f', id: 'd1' };
    const message = deliveryOf(ended, of);
    expect(message).toMatchObject({ id: 'd1', topic: 'delivery', group: 'p:default:f', payload: outcomeEvent(ended) });
    expect(readDelivery(message?.attributes ?? {})).toEqual({
      requestId: 'r1',
      urn: `${URN}:latest`,
      result: 'success',
      destination: onSuccess,
      chain: ['urn:fss:r:p:function:default:first:latest', `${URN}:latest`],
    });
    expect(deliveryOf({ ...ended, ending: { kind: 'expired', message: '' } }, of)).toBeUndefined();
  });

  it('that is too large keeps the request, and how large it was', () => {
    const result = Buffer.alloc(6 * 1024 * 1024, 'x');
    const message = deliveryOf({ ...ended, ending: { kind: 'ok', result } }, { attributes, group: 'g', id: 'd1' });
    expect(readDelivery(message?.attributes ?? {}).oversize).toBeGreaterThan(result.length);
    expect(JSON.parse(Buffer.from(message?.payload ?? []).toString())).toMatchObject({
      request_payload: '{"a":"ä"}',
      response_payload: '',
    });
    const event = Buffer.alloc(6 * 1024 * 1024, '"');
    const huge = deliveryOf({ ...ended, event }, { attributes, group: 'g', id: 'd1' });
    expect(readDelivery(huge?.attributes ?? {}).oversize).toBeGreaterThan(2 * event.length);
    expect(JSON.parse(Buffer.from(huge?.payload ?? []).toString())).toMatchObject({
      request_context: { request_id: 'r1' },
      request_payload: '',
    });
  });
});

it('attributes are read back completely, also those written by older servers', () => {
  const old = { urn: URN, maxRetries: 2, memoryChoice: null };
  expect(readAttributes(old)).toMatchObject({ urn: URN, maxRetries: 2, chain: [], statusLog: false });
  expect(() => readAttributes({ urn: URN })).toThrow('not an async invocation');
  expect(() => readDelivery({ requestId: 'r', urn: URN })).toThrow('not a delivery');
});

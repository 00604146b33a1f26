import { describe, expect, it } from 'vitest';
import { formOf, readCloudEvent } from './cloud-event.ts';
import type { DistinctHeaders } from './proof.ts';

const NAMES = { id: '1', source: '/shop', type: 'order.created' };
const WHOLE = { specversion: '1.0', ...NAMES };

function headers(of: Readonly<Record<string, string | string[]>>): DistinctHeaders {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, [value].flat()]));
}

const ATTRIBUTES = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/shop', 'ce-type': 'order.created' };

function binary(more: Readonly<Record<string, string | string[]>>, body = ''): unknown {
  const { json, ...names } = readCloudEvent('binary', headers({ ...ATTRIBUTES, ...more }), Buffer.from(body));
  expect(names).toEqual(NAMES);
  return JSON.parse(json.toString());
}

function structured(event: object | string): unknown {
  const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  const { json, ...names } = readCloudEvent('structured', {}, body);
  expect(names).toEqual(NAMES);
  return JSON.parse(json.toString());
}

describe('the form of an event', () => {
  it.each([
    ['structured', { 'content-type': 'application/cloudevents+json' }],
    ['structured', { 'content-type': 'Application/CloudEvents+JSON; charset=UTF-8', 'ce-specversion': '1.0' }],
    ['binary', { 'content-type': 'application/json', 'ce-specversion': '1.0' }],
    ['binary', { 'ce-specversion': '1.0' }],
  ])('is %s', (form, given) => {
    expect(formOf(headers(given))).toBe(form);
  });

  it.each<[string, Readonly<Record<string, string | string[]>>]>([
    ['a batch', { 'content-type': 'application/cloudevents-batch+json' }],
    ['another encoding', { 'content-type': 'application/cloudevents+avro', 'ce-specversion': '1.0' }],
    ['another charset', { 'content-type': 'application/cloudevents+json; charset=utf-16' }],
    ['no event', { 'content-type': 'application/json' }],
    ['nothing', {}],
    ['two types', { 'content-type': ['application/json', 'application/cloudevents+json'] }],
  ])('refuses %s', (_, given) => {
    expect(() => formOf(headers(given))).toThrow(expect.objectContaining({ code: 'event_format' }));
  });
});

describe('an event in binary mode', () => {
  it('has its headers as attributes and its JSON as data, each number as written', () => {
    const given = headers({
      ...ATTRIBUTES,
      'ce-subject': 'caf%C3%A9 %22x%22',
      'ce-comexample': '"a \\"quoted\\" text"',
      'content-type': 'application/json; charset=utf-8',
      authorization: 'Bearer hidden',
    });
    const { json } = readCloudEvent('binary', given, Buffer.from('{"n": 12345678901234567890.10}'));
    expect(json.toString()).toBe(
      `${JSON.stringify({
        specversion: '1.0',
        ...NAMES,
        subject: 'café "x"',
        comexample: 'a "quoted" text',
        datacontenttype: 'application/json; charset=utf-8',
      }).slice(0, -1)},"data":{"n": 12345678901234567890.10}}`,
    );
  });

  it.each([
    ['application/vnd.shop+json', '[1]', { data: [1] }],
    ['text/plain', 'hé', { data: 'hé' }],
    ['application/xml', '<a/>', { data: '<a/>' }],
    ['application/octet-stream', 'ab', { data_base64: 'YWI=' }],
    ['application/json', '', {}],
  ])('has a body of %s as %s', (type, body, expected) => {
    expect(binary({ 'content-type': type }, body)).toEqual({ ...WHOLE, datacontenttype: type, ...expected });
  });

  it('has a body without a type as bytes', () => {
    expect(binary({}, '{"a":1}')).toEqual({ ...WHOLE, data_base64: 'eyJhIjoxfQ==' });
  });

  it.each<[string, Readonly<Record<string, string | string[]>>, string?]>([
    ['another version', { 'ce-specversion': '0.3' }],
    ['an empty id', { 'ce-id': '' }],
    ['two ids', { 'ce-id': ['1', '2'] }],
    ['a name with other characters', { 'ce-data_base64': 'x' }],
    ['data as a header', { 'ce-data': 'x' }],
    ['a type of content apart', { 'ce-datacontenttype': 'text/plain' }],
    ['bytes that are no UTF-8', { 'ce-subject': '%ff' }],
    ['characters that are not encoded', { 'ce-subject': 'caf\u00e9' }],
    ['a control character', { 'ce-subject': 'a%00b' }],
    ['a long value', { 'ce-subject': 'x'.repeat(2049) }],
    ['a wrong time', { 'ce-time': 'yesterday' }],
    ['a day that does not exist', { 'ce-time': '2026-13-40T00:00:00Z' }],
    ['JSON that breaks off', { 'content-type': 'application/json' }, '{"a":'],
    ['JSON that goes on', { 'content-type': 'application/json' }, '1},"id":"2"'],
    ['deep JSON', { 'content-type': 'application/json' }, '['.repeat(100) + ']'.repeat(100)],
  ])('is refused with %s', (_, more, body) => {
    expect(() => binary(more, body)).toThrow(expect.objectContaining({ code: 'invalid_cloud_event' }));
  });
});

describe('an event in structured mode', () => {
  it('reaches the function byte by byte', () => {
    const text = `{ "data": 12345678901234567890, "specversion":"1.0", "id":"1","source":"/shop","type":"order.created","n":7,"b":true,"x":null}`;
    const { json } = readCloudEvent('structured', {}, Buffer.from(text));
    expect(json.toString()).toBe(text);
  });

  it.each<[string, object | string]>([
    ['no version', { ...NAMES }],
    ['a number as id', { ...WHOLE, id: 1 }],
    ['no source', { ...WHOLE, source: null }],
    ['a list', [WHOLE]],
    ['text', '"1.0"'],
    ['no JSON', 'specversion'],
    ['an object as attribute', { ...WHOLE, more: {} }],
    ['a fraction as attribute', { ...WHOLE, more: 1.5 }],
    ['a large number as attribute', { ...WHOLE, more: 2 ** 31 }],
    ['a capital letter in a name', { ...WHOLE, Subject: 'a' }],
    ['data twice', { ...WHOLE, data: 1, data_base64: '' }],
    ['bytes that are no text', { ...WHOLE, data_base64: 1 }],
    ['half a character', `{"specversion":"1.0","id":"\\ud800","source":"/shop","type":"t"}`],
    ['65 attributes', { ...WHOLE, ...Object.fromEntries(Array.from({ length: 61 }, (_, at) => [`a${at}`, 'x'])) }],
  ])('is refused with %s', (_, event) => {
    expect(() => structured(event)).toThrow(expect.objectContaining({ code: 'invalid_cloud_event' }));
  });

  it('is refused in another encoding', () => {
    const body = Buffer.concat([Buffer.from('{"specversion":"1.0","id":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(() => readCloudEvent('structured', {}, body)).toThrow('UTF-8');
  });
});

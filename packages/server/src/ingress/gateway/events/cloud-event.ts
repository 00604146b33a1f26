import { isUtf8 } from 'node:buffer';
import { DOCUMENT_LIMITS, parseBoundedJson } from '../../../lib/bounded-json.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { checkAttributes, fault } from './attributes.ts';
import { attributesIn } from './binary-attributes.ts';
import type { DistinctHeaders } from './proof.ts';

/** How an event is in its request: all of it in the body, or its attributes in headers. */
export type EventForm = 'structured' | 'binary';

/** Source and id together name an event. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The event in its JSON form. */
  readonly json: Buffer;
}

const STRUCTURED = /^application\/cloudevents\+json$/i;
const OTHER_FORM = /^application\/cloudevents/i;
const JSON_TYPE = /^[\w.-]+\/(?:[\w.+-]+\+)?json$/i;
const TEXT_TYPE = /^(?:text\/|application\/(?:[\w.+-]+\+)?xml$)/i;

/** From the head alone. Throws `event_format`. */
export function formOf(headers: DistinctHeaders): EventForm {
  const { type, charset } = contentTypeOf(headers);
  if (STRUCTURED.test(type)) {
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw foreign(`The event is in ${charset}, not in UTF-8.`);
    return 'structured';
  }
  if (OTHER_FORM.test(type)) throw foreign(`Content-Type ${type} is not supported.`);
  if (headers['ce-specversion'] !== undefined) return 'binary';
  throw foreign('The request is not a CloudEvent.');
}

/** Throws `invalid_cloud_event`. */
export function readCloudEvent(form: EventForm, headers: DistinctHeaders, body: Buffer): CloudEvent {
  return form === 'structured' ? structured(body) : binary(headers, body);
}

function structured(body: Buffer): CloudEvent {
  const event = jsonOf(body, 'the body is not JSON');
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw fault('the body is not an object');
  const { data, data_base64: bytes, ...attributes } = event as Record<string, unknown>;
  if (data !== undefined && bytes !== undefined) throw fault('it has data and data_base64');
  if (bytes !== undefined && typeof bytes !== 'string') throw fault('data_base64 is not text');
  // the numbers of the sender stay as they are written
  return { ...checkAttributes(attributes), json: body };
}

function binary(headers: DistinctHeaders, body: Buffer): CloudEvent {
  const { type, whole } = contentTypeOf(headers);
  const attributes: Record<string, string> = {
    ...attributesIn(headers),
    ...(whole === '' ? {} : { datacontenttype: whole }),
  };
  const names = checkAttributes(attributes);
  const head = JSON.stringify(attributes).slice(0, -1);
  return { ...names, json: Buffer.from(`${head}${dataOf(type, body)}}`) };
}

function dataOf(type: string, body: Buffer): string {
  if (body.length === 0) return '';
  if (JSON_TYPE.test(type)) {
    jsonOf(body, 'the body is not the JSON that Content-Type says');
    return `,"data":${body.toString('utf8')}`;
  }
  if (TEXT_TYPE.test(type) && isUtf8(body)) return `,"data":${JSON.stringify(body.toString('utf8'))}`;
  return `,"data_base64":"${body.toString('base64')}"`;
}

function jsonOf(body: Buffer, what: string): unknown {
  if (!isUtf8(body)) throw fault(`${what}: it is not in UTF-8`);
  try {
    return parseBoundedJson(body, DOCUMENT_LIMITS);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fault(`${what}: ${error.message}`);
  }
}

function contentTypeOf(headers: DistinctHeaders) {
  const [whole = '', second] = headers['content-type'] ?? [];
  if (second !== undefined) throw foreign('The request has several Content-Types.');
  const type = (/^[^;]*/.exec(whole)?.[0] ?? '').trim();
  return { whole, type, charset: /;\s*charset="?([^";\s]+)/i.exec(whole)?.[1] };
}

function foreign(message: string): PlatformError {
  return new PlatformError('event_format', message, {
    hint: 'Send one CloudEvent 1.0: as application/cloudevents+json, or with its attributes in the headers ce-specversion, ce-id, ce-source, ce-type.',
  });
}

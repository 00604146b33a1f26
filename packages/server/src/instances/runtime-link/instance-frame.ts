import type { InstanceFrame, LogLevel, StreamHead } from '@funcgraph/runtimes';
import { type JsonLimits, parseBoundedJson } from '../../lib/bounded-json.ts';
import { LinkViolation } from './frame-decoder.ts';

const LEVELS: ReadonlySet<unknown> = new Set<LogLevel>(['DEBUG', 'INFO', 'WARN', 'ERROR']);
const MAX_ID_CHARS = 128;
const MAX_ERROR_CHARS = 500;
const MAX_HEAD_HEADERS = 200;
const MAX_RETURNED = 100;
/** The head of a streamed answer with all its headers is the largest. */
const HEADER_LIMITS: JsonLimits = { depth: 8, tokens: 1000 };

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length > MAX_ID_CHARS) throw new LinkViolation(`${name} is not a short text`);
  return value;
}

function number(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new LinkViolation(`${name} is not a number`);
  return value;
}

/** The result of a user's hook; a long error text is cut, not refused. */
function hookAnswer(frame: Record<string, unknown>): { ok: boolean; error?: string } {
  if (typeof frame.ok !== 'boolean') throw new LinkViolation('ok is not a truth value');
  if (frame.error === undefined) return { ok: frame.ok };
  if (typeof frame.error !== 'string') throw new LinkViolation('error is not a text');
  return { ok: frame.ok, error: frame.error.slice(0, MAX_ERROR_CHARS) };
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string';
}

function streamHead(value: unknown): StreamHead {
  if (typeof value !== 'object' || value === null) throw new LinkViolation('head is not an object');
  const { statusCode, headers } = value as Record<string, unknown>;
  const list = headers === undefined ? [] : headers;
  if (!Array.isArray(list) || list.length > MAX_HEAD_HEADERS || !list.every(isPair))
    throw new LinkViolation('headers is not a short list of pairs');
  return { headers: list, ...(statusCode === undefined ? {} : { statusCode: number(statusCode, 'statusCode') }) };
}

/** The usual result, as our runtimes write it; every other spelling of one takes the general path. */
const USUAL_RESULT =
  /^\{"type":"result","requestId":"([\w-]{1,128})","code":(0|[1-9]\d{0,4})(?:,"ms":((?:0|[1-9]\d{0,8})(?:\.\d{1,17})?))?(,"raw":true)?\}$/;
const USUAL_RESULT_BYTES = 220;

/** Undefined for any other header. */
function usualResult(header: Buffer): InstanceFrame | undefined {
  if (header.length > USUAL_RESULT_BYTES) return undefined;
  const match = USUAL_RESULT.exec(header.toString('latin1'));
  if (match === null) return undefined;
  const [, requestId = '', code, ms, raw] = match;
  return {
    type: 'result',
    requestId,
    code: Number(code),
    ...(ms === undefined ? {} : { ms: Number(ms) }),
    ...(raw === undefined ? {} : { raw: true }),
  };
}

function requestIds(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_RETURNED) throw new LinkViolation('requestIds is not a short list');
  return value.map((id) => text(id, 'requestId'));
}

/** Parses a frame of an instance into checked fields only. Throws LinkViolation for anything else. */
export function parseInstanceFrame(header: Buffer): InstanceFrame {
  return usualResult(header) ?? parseChecked(header);
}

/** As `parseInstanceFrame`, for every spelling. */
export function parseChecked(header: Buffer): InstanceFrame {
  let value: unknown;
  try {
    value = parseBoundedJson(header, HEADER_LIMITS);
  } catch {
    throw new LinkViolation('a header is not a small JSON document');
  }
  if (typeof value !== 'object' || value === null) throw new LinkViolation('a header is not an object');
  const frame = value as Record<string, unknown>;
  switch (frame.type) {
    case 'result': {
      const [requestId, code] = [text(frame.requestId, 'requestId'), number(frame.code, 'code')];
      const raw = frame.raw === true ? ({ raw: true } as const) : {};
      return {
        type: 'result',
        requestId,
        code,
        ...(frame.ms === undefined ? {} : { ms: number(frame.ms, 'ms') }),
        ...raw,
      };
    }
    case 'log': {
      if (!LEVELS.has(frame.level)) throw new LinkViolation('level is unknown');
      return {
        type: 'log',
        requestId: text(frame.requestId, 'requestId'),
        level: frame.level as LogLevel,
        time: number(frame.time, 'time'),
      };
    }
    case 'chunk': {
      const head = frame.head === undefined ? {} : { head: streamHead(frame.head) };
      return { type: 'chunk', requestId: text(frame.requestId, 'requestId'), ...head };
    }
    case 'bodyCredit':
      return { type: 'bodyCredit', requestId: text(frame.requestId, 'requestId'), bytes: number(frame.bytes, 'bytes') };
    case 'hello':
      return { type: 'hello', protocol: number(frame.protocol, 'protocol'), runtime: text(frame.runtime, 'runtime') };
    case 'initializing':
      return { type: 'initializing' };
    case 'leaving':
      return { type: 'leaving' };
    case 'ready': {
      const times = { loadMs: number(frame.loadMs, 'loadMs'), initMs: number(frame.initMs, 'initMs') };
      return { type: 'ready', ...times, ...(frame.pipeline === true ? { pipeline: true } : {}) };
    }
    case 'returned':
      return { type: 'returned', requestIds: requestIds(frame.requestIds) };
    case 'failed':
      if (frame.phase !== 'load' && frame.phase !== 'init') throw new LinkViolation('phase is unknown');
      return { type: 'failed', phase: frame.phase, code: number(frame.code, 'code') };
    case 'heartbeat':
      return { type: 'heartbeat', seq: number(frame.seq, 'seq'), ...hookAnswer(frame) };
    case 'preStopped':
      return { type: 'preStopped', ...hookAnswer(frame) };
    default:
      throw new LinkViolation('a frame has an unknown type');
  }
}

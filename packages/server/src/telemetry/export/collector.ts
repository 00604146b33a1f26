import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { getCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { OtlpTarget, Packet, Signal, Verdict } from './types.ts';

const compress = promisify(gzip);

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** Answers after which the OTLP specification says to send again. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);
const MAX_WAIT_MS = 300_000;

/** Speaks OTLP/HTTP with protobuf, compressed by gzip. Certificates are always checked; redirects are not followed. */
export class Collector {
  readonly #target: OtlpTarget;
  readonly #agent: HttpAgent;
  readonly #request: typeof requestHttp;

  constructor(target: OtlpTarget) {
    const isTls = target.endpoint.startsWith('https:');
    const keep = { keepAlive: true, maxSockets: 1 };
    this.#target = target;
    this.#request = isTls ? requestHttps : requestHttp;
    this.#agent = isTls
      ? new HttpsAgent({
          ...keep,
          minVersion: 'TLSv1.2',
          ...(target.ca === undefined ? {} : { ca: [...getCACertificates(), target.ca] }),
        })
      : new HttpAgent(keep);
  }

  /** Never rejects. */
  async post({ signal, body }: Packet, cut?: AbortSignal): Promise<Verdict> {
    return this.#send(signal, await compress(body), cut);
  }

  #send(signal: Signal, body: Buffer, cut: AbortSignal | undefined): Promise<Verdict> {
    const { endpoint, headers } = this.#target;
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const fail = (error: Error): void => resolve({ kind: 'later', reason: error.message || error.name });
    const request = this.#request(`${endpoint}/v1/${signal}`, {
      method: 'POST',
      agent: this.#agent,
      headers: {
        ...headers,
        'Content-Type': 'application/x-protobuf',
        'Content-Encoding': 'gzip',
        'Content-Length': body.length,
      },
    });
    const late = setTimeout(() => request.destroy(new Error('no answer within 10 s')), TIMEOUT_MS);
    const stop = (): void => void request.destroy(new Error('the server stops'));
    if (cut?.aborted) stop();
    cut?.addEventListener('abort', stop);
    request.on('response', (response) => {
      read(response).then((answer) => resolve(judge(signal, response, answer)), fail);
    });
    request.on('error', fail);
    request.on('close', () => {
      clearTimeout(late);
      cut?.removeEventListener('abort', stop);
    });
    request.end(body);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer of the collector is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function judge(signal: Signal, { statusCode = 0, headers }: IncomingMessage, answer: Buffer): Verdict {
  const reason = `the collector answered ${statusCode} to ${signal}`;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'taken', rejected: rejectedOf(signal, answer) };
  if (!PASSING.has(statusCode)) return { kind: 'refused', reason };
  const seconds = Number(headers['retry-after']);
  return { kind: 'later', reason, ...(seconds > 0 ? { waitMs: Math.min(seconds * 1000, MAX_WAIT_MS) } : {}) };
}

/** Items of a request that the collector took only in part. */
function rejectedOf(signal: Signal, answer: Buffer): number {
  if (answer.length === 0) return 0;
  try {
    switch (signal) {
      case 'logs':
        return Number(ProtobufLogsSerializer.deserializeResponse(answer).partialSuccess?.rejectedLogRecords ?? 0);
      case 'traces':
        return Number(ProtobufTraceSerializer.deserializeResponse(answer).partialSuccess?.rejectedSpans ?? 0);
      case 'metrics':
        return Number(ProtobufMetricsSerializer.deserializeResponse(answer).partialSuccess?.rejectedDataPoints ?? 0);
    }
  } catch {
    // a text instead of a message: the status says that all was taken
    return 0;
  }
}

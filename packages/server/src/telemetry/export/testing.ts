import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Decoded, decode, type Shape } from './testing-protobuf.ts';

const VALUE: Shape = { 1: ['text', 'text'], 2: ['bool', 'int'], 3: ['int', 'int'], 4: ['double', 'double'] };
const ATTRIBUTE: Shape = { 1: ['key', 'text'], 2: ['value', VALUE] };
const RESOURCE: Shape = { 1: ['attributes', ATTRIBUTE] };
const SPAN: Shape = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'text'],
  6: ['kind', 'int'],
  7: ['start', 'fixed64'],
  8: ['end', 'fixed64'],
  9: ['attributes', ATTRIBUTE],
  15: ['status', { 2: ['message', 'text'], 3: ['code', 'int'] }],
};
const LINE: Shape = {
  1: ['time', 'fixed64'],
  2: ['severity', 'int'],
  5: ['body', VALUE],
  6: ['attributes', ATTRIBUTE],
  9: ['traceId', 'hex'],
};
const NUMBER: Shape = {
  3: ['time', 'fixed64'],
  4: ['double', 'double'],
  6: ['int', 'signed64'],
  7: ['attributes', ATTRIBUTE],
};
const HISTOGRAM: Shape = {
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  6: ['counts', 'fixed64s'],
  7: ['bounds', 'doubles'],
};
const METRIC: Shape = {
  1: ['name', 'text'],
  3: ['unit', 'text'],
  5: ['gauge', { 1: ['points', NUMBER] }],
  7: ['sum', { 1: ['points', NUMBER], 2: ['temporality', 'int'], 3: ['monotonic', 'int'] }],
  9: ['histogram', { 1: ['points', HISTOGRAM], 2: ['temporality', 'int'] }],
};
const requestOf = (item: Shape): Shape => ({
  1: ['groups', { 1: ['resource', RESOURCE], 2: ['scopes', { 2: ['items', item] }] }],
});

type Values = Readonly<Record<string, unknown>>;
interface Item {
  readonly resource: Values;
  readonly attributes: Values;
  readonly traceId: string;
}
export interface ReceivedSpan extends Item {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Nanoseconds. */
  readonly start: bigint;
  readonly end: bigint;
  readonly status: { readonly message?: string; readonly code?: number };
}
export interface ReceivedLine extends Item {
  readonly body: string;
  readonly severity: number;
}

export interface ReceivedMetric {
  readonly name: string;
  readonly resource: Values;
  readonly points: ReadonlyArray<Values>;
}

export interface CollectorOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The same port as before, for a collector that comes back. */
  readonly port?: number;
}

/** A collector of tests: decodes what it gets. */
export class TestCollector implements AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
  readonly spans: ReceivedSpan[] = [];
  readonly lines: ReceivedLine[] = [];
  readonly metrics: ReceivedMetric[] = [];
  readonly requests: IncomingMessage[] = [];
  /** Answers another status while it is set. */
  status = 200;
  /** Message of an answer with status 200. */
  answer = Buffer.alloc(0);
  /** A request comes twice when its sender did not wait long enough for the answer. */
  readonly #taken = new Set<string>();
  readonly #close: () => Promise<void>;

  private constructor(port: number, isTls: boolean, close: () => Promise<void>) {
    this.port = port;
    this.endpoint = `${isTls ? 'https://localhost' : 'http://127.0.0.1'}:${port}`;
    this.#close = close;
  }

  static async start({ tls, port = 0 }: CollectorOptions = {}): Promise<TestCollector> {
    const listener: RequestListener = (request, response) => {
      void buffer(request).then((body) => {
        collector.#take(request, request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
        response.writeHead(collector.status).end(collector.status === 200 ? collector.answer : '');
      });
    };
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    await new Promise<void>((resolve) => server.listen(port, () => resolve()));
    const collector: TestCollector = new TestCollector(
      (server.address() as AddressInfo).port,
      tls !== undefined,
      async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    );
    return collector;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  /** Bodies of lines of one trace. */
  bodiesOf(traceId: string): string[] {
    return this.lines.filter((line) => line.traceId === traceId).map((line) => line.body);
  }

  /** The last value of a sum or gauge of a function, or of one of its points. */
  last(functionName: string, metric: string, attributes: Values = {}): unknown {
    const found = this.metrics.findLast(
      ({ name, resource }) => name === metric && resource['faas.name'] === functionName,
    );
    return found?.points.find((point) => JSON.stringify(point.attributes) === JSON.stringify(attributes))?.value;
  }

  #take(request: IncomingMessage, body: Buffer): void {
    this.requests.push(request);
    if (this.status !== 200 || this.answer.length > 0) return;
    const text = body.toString('latin1');
    if (this.#taken.has(text)) return;
    this.#taken.add(text);
    if (request.url === '/v1/traces') {
      for (const [resource, span] of itemsOf(body, SPAN)) this.spans.push(received<ReceivedSpan>(resource, span));
    } else if (request.url === '/v1/metrics') {
      for (const [resource, metric] of itemsOf(body, METRIC)) this.metrics.push(metricOf(resource, metric));
    } else if (request.url === '/v1/logs') {
      for (const [resource, line] of itemsOf(body, LINE)) {
        const [text] = line.body as Decoded[];
        this.lines.push({ ...received<ReceivedLine>(resource, line), body: String(text?.text) });
      }
    }
  }
}

function* itemsOf(body: Buffer, shape: Shape): Iterable<[resource: Values, item: Decoded]> {
  for (const group of listOf(decode(body, requestOf(shape)).groups)) {
    const [resource] = listOf(group.resource);
    for (const scope of listOf(group.scopes)) {
      for (const item of listOf(scope.items)) yield [valuesOf(resource?.attributes), item];
    }
  }
}

function metricOf(resource: Values, { name, gauge, sum, histogram }: Decoded): ReceivedMetric {
  const [kind = {}] = [...listOf(gauge), ...listOf(sum), ...listOf(histogram)];
  const points = listOf(kind.points).map(({ double, int, ...point }) => ({
    ...point,
    value: double ?? int,
    attributes: valuesOf(point.attributes),
    temporality: kind.temporality,
  }));
  return { name: String(name), resource, points };
}

function received<T extends Item>(resource: Values, item: Decoded): T {
  const [status = {}] = listOf(item.status);
  return { ...item, resource, status, attributes: valuesOf(item.attributes) } as unknown as T;
}

function listOf(value: unknown): Decoded[] {
  return (value ?? []) as Decoded[];
}

function valuesOf(attributes: unknown): Values {
  const pairs = listOf(attributes).map(({ key, value }): [string, unknown] => {
    const [{ text, int, double, bool } = {}] = listOf(value);
    return [String(key), text ?? int ?? double ?? (bool === undefined ? undefined : bool === 1)];
  });
  return Object.fromEntries(pairs);
}

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { eachFrame, framed, int16, int32 } from './testing-kafka-frames.ts';

const HOST = '127.0.0.1';
export const KAFKA_REQUESTS = {
  fetch: 1,
  metadata: 3,
  commit: 8,
  offsets: 9,
  coordinator: 10,
  join: 11,
  heartbeat: 12,
  leave: 13,
  sync: 14,
  handshake: 17,
  versions: 18,
  login: 36,
} as const;
type Request = keyof typeof KAFKA_REQUESTS;
/** The one version of each request that it knows. */
const VERSIONS: Record<Request, number> = {
  ...{ fetch: 4, metadata: 1, commit: 2, offsets: 1, coordinator: 0, join: 0, heartbeat: 0, leave: 0, sync: 0 },
  ...{ handshake: 1, versions: 2, login: 0 },
};
const NAMES = new Map<number, Request>(
  Object.entries(KAFKA_REQUESTS).map(([name, key]) => [key, name as Request] as const),
);
const OK = int16(0);
const NODE = 1;

/** Logins of clients of brokers before Kafka 1.0 are no requests. */
type Answers = Partial<Record<Request | 'oldLogin', HostileAnswer>>;

/** What it answers to a request, without the number of the request; undefined answers nothing. */
export type HostileAnswer = (request: Buffer, port: number) => Buffer | undefined;

/** A broker with one topic of one partition and no message, save for what a test has it answer. */
export class HostileKafka {
  /** How often each request came. */
  readonly seen = new Map<Request, number>();
  /** Of connections that are open. */
  readonly sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #answers: Answers;

  private constructor(answers: Answers) {
    this.#answers = { ...usualAnswers(), ...answers };
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(answers: Answers): Promise<HostileKafka> {
    const kafka = new HostileKafka(answers);
    await once(kafka.#server.listen(0, HOST), 'listening');
    return kafka;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    eachFrame(socket, (frame) => {
      const name = NAMES.get(frame.readInt16BE(0));
      if (name === undefined) return this.#oldLogin(socket, frame);
      this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
      const body = frame.subarray(10 + Math.max(0, frame.readInt16BE(8)));
      const answer = this.#answers[name]?.(body, this.port);
      if (answer !== undefined) socket.write(framed(Buffer.concat([frame.subarray(4, 8), answer])));
    });
  }

  #oldLogin(socket: Socket, frame: Buffer): void {
    const { oldLogin } = this.#answers;
    if (oldLogin === undefined) return void socket.destroy();
    const answer = oldLogin(frame, this.port);
    if (answer !== undefined) socket.write(framed(answer));
  }
}

/** As a broker in order answers. */
function usualAnswers(): Record<Request, HostileAnswer> {
  const topic = [kafkaText('orders')];
  return {
    versions: () => kafkaVersions(),
    metadata: (_, port) => kafkaMetadata([port], 1),
    coordinator: (_, port) => Buffer.concat([OK, int32(NODE), kafkaText(HOST), int32(port)]),
    join: () =>
      Buffer.concat([OK, int32(1), kafkaText('RoundRobinAssigner'), kafkaText('l'), kafkaText('m'), int32(0)]),
    sync: () =>
      Buffer.concat([OK, kafkaBytes(Buffer.concat([int16(0), list([...topic, list([int32(0)])]), int32(0)]))]),
    heartbeat: () => OK,
    leave: () => OK,
    offsets: () => list([...topic, list([int32(0), int64(0), int16(-1), OK])]),
    commit: () => list([...topic, list([int32(0), OK])]),
    fetch: () => kafkaRecords(),
    handshake: () => Buffer.concat([OK, int32(1), kafkaText('SCRAM-SHA-512')]),
    login: () => Buffer.concat([int16(58), kafkaText('refused'), int32(0)]),
  };
}

export function kafkaVersions(throttleMs = 0, without?: Request): Buffer {
  const known = Object.entries(KAFKA_REQUESTS).filter(([name]) => name !== without);
  const all = known.map(([name, key]) => {
    const version = int16(VERSIONS[name as Request]);
    return Buffer.concat([int16(key), version, version]);
  });
  return Buffer.concat([OK, int32(all.length), ...all, int32(throttleMs)]);
}

/** A cluster with a broker at each port, and a topic whose partitions have the first one as leader. */
export function kafkaMetadata(ports: readonly number[], partitions: number): Buffer {
  const brokers = ports.map((port, at) => Buffer.concat([int32(NODE + at), kafkaText(HOST), int32(port), int16(-1)]));
  const one = (id: number): Buffer => Buffer.concat([OK, int32(id), int32(NODE), int32(0), int32(0)]);
  const all = Array.from({ length: partitions }, (_, id) => one(id));
  const topic = Buffer.concat([OK, kafkaText('orders'), Buffer.from([0]), int32(partitions), ...all]);
  return Buffer.concat([int32(brokers.length), ...brokers, int32(NODE), int32(1), topic]);
}

/** The answer to a fetch, with batches of records of partition 0, perhaps several times. */
export function kafkaRecords(batches: readonly Buffer[] = [], times = 1): Buffer {
  const partition = Buffer.concat([int32(0), OK, int64(0), int64(0), int32(0), kafkaBytes(Buffer.concat(batches))]);
  const all = Array.from({ length: times }, () => partition);
  return Buffer.concat([int32(0), int32(1), kafkaText('orders'), int32(times), ...all]);
}

/** `count` records, which are compressed already when the attributes say so. */
export function kafkaBatch(records: Buffer, count: number, { attributes = 0, offset = 0 } = {}): Buffer {
  const body = Buffer.concat([
    ...[int32(0), Buffer.from([2]), int32(0), int16(attributes), int32(count - 1), int64(0), int64(0), int64(-1)],
    ...[int16(-1), int32(-1), int32(count), records],
  ]);
  return Buffer.concat([int64(offset), int32(body.length), body]);
}

/** A record without a key; `delta` is its place in the batch. Headers are counted and written already. */
export function kafkaRecord(value: Buffer, delta = 0, headers = Buffer.from([0])): Buffer {
  const body = Buffer.concat([Buffer.from([0, 0]), varint(delta), varint(-1), varint(value.length), value, headers]);
  return Buffer.concat([varint(body.length), body]);
}

/** In zigzag. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}

export function kafkaText(value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)]);
}

export function kafkaBytes(value: Buffer): Buffer {
  return Buffer.concat([int32(value.length), value]);
}

/** A list of one element. */
function list(parts: readonly Buffer[]): Buffer {
  return Buffer.concat([int32(1), ...parts]);
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

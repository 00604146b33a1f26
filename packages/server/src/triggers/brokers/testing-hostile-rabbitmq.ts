import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';

type Encode = (id: number, channel: number, ...fields: readonly unknown[]) => Buffer;

const require = createRequire(import.meta.url);
/** The package does not export how it writes frames. */
const defs = require(join(dirname(require.resolve('amqplib')), 'lib/defs.js')) as {
  readonly encodeMethod: Encode;
  readonly encodeProperties: Encode;
} & Record<string, number>;
const HOST = '127.0.0.1';
/** Before the content of a frame. */
export const RABBITMQ_HEAD_BYTES = 7;
const END_OF_FRAME = 0xce;
const PROTOCOL_BYTES = 8;
const METHOD = 1;
const BODY = 3;
const CHANNEL = 1;
const FRAME_BYTES = 131_072;
const MOST_OF_FRAME = FRAME_BYTES - RABBITMQ_HEAD_BYTES - 1;

/** What it answers to a request; undefined answers nothing. */
export type RabbitmqAnswer = (socket: Socket) => Buffer | undefined;

/** By the request that it answers: as a broker in order with an empty queue. */
const USUAL: Record<string, RabbitmqAnswer> = {
  ConnectionStartOk: () => rabbitmqMethod('ConnectionTune', { channelMax: 10, frameMax: FRAME_BYTES, heartbeat: 0 }),
  ConnectionTuneOk: () => undefined,
  ConnectionOpen: () => rabbitmqMethod('ConnectionOpenOk', {}),
  ConnectionClose: () => rabbitmqMethod('ConnectionCloseOk', {}),
  ChannelOpen: () => rabbitmqMethod('ChannelOpenOk', {}),
  ChannelClose: () => rabbitmqMethod('ChannelCloseOk', {}),
  ExchangeDeclare: () => rabbitmqMethod('ExchangeDeclareOk', {}),
  QueueDeclare: () => rabbitmqQueue(0),
  QueueBind: () => rabbitmqMethod('QueueBindOk', {}),
  BasicQos: () => rabbitmqMethod('BasicQosOk', {}),
  BasicConsume: () => rabbitmqMethod('BasicConsumeOk', { consumerTag: 'c' }),
  BasicCancel: () => rabbitmqMethod('BasicCancelOk', { consumerTag: 'c' }),
  BasicGet: () => rabbitmqMethod('BasicGetEmpty', {}),
  BasicAck: () => undefined,
};

interface Options {
  /** By the name of the request. */
  readonly answers?: Record<string, RabbitmqAnswer>;
  /** What it sends when a client connects. */
  readonly greet?: ((socket: Socket) => void) | undefined;
}

/** A broker without messages, save for what a test has it answer. */
export class HostileRabbitmq {
  /** Of connections that are open. */
  readonly sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #answers: ReadonlyMap<number | undefined, RabbitmqAnswer>;
  readonly #greet: (socket: Socket) => void;

  private constructor({ answers, greet = (socket) => void socket.write(rabbitmqStart()) }: Options) {
    this.#answers = new Map(Object.entries({ ...USUAL, ...answers }).map(([name, answer]) => [defs[name], answer]));
    this.#greet = greet;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(options: Options = {}): Promise<HostileRabbitmq> {
    const rabbitmq = new HostileRabbitmq(options);
    await once(rabbitmq.#server.listen(0, HOST), 'listening');
    return rabbitmq;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket.on('error', () => undefined));
    socket.on('close', () => this.sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    let isGreeted = false;
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!isGreeted) {
        isGreeted = true;
        bytes = bytes.subarray(PROTOCOL_BYTES);
        this.#greet(socket);
      }
      while (bytes.length >= RABBITMQ_HEAD_BYTES && bytes.length > RABBITMQ_HEAD_BYTES + bytes.readUInt32BE(3)) {
        const end = RABBITMQ_HEAD_BYTES + bytes.readUInt32BE(3) + 1;
        const isMethod = bytes[0] === METHOD;
        const answer = isMethod ? this.#answers.get(bytes.readUInt32BE(RABBITMQ_HEAD_BYTES))?.(socket) : undefined;
        if (answer !== undefined) socket.write(answer);
        bytes = bytes.subarray(end);
      }
    });
  }
}

export function rabbitmqMethod(name: string, fields: object): Buffer {
  return defs.encodeMethod(defs[name] ?? 0, name.startsWith('Connection') ? 0 : CHANNEL, fields);
}

/** The first words of a broker. */
export function rabbitmqStart(): Buffer {
  const mechanisms = { mechanisms: Buffer.from('PLAIN'), locales: Buffer.from('en_US') };
  return rabbitmqMethod('ConnectionStart', { serverProperties: {}, ...mechanisms });
}

/** The answer about a queue with so many messages. */
export function rabbitmqQueue(messageCount: number): Buffer {
  return rabbitmqMethod('QueueDeclareOk', { queue: 'q', messageCount, consumerCount: 0 });
}

/** A message that arrives by itself, from the first frame to the last. */
export function rabbitmqDelivery(tag: number, content = Buffer.from('a')): Buffer {
  const fields = { consumerTag: 'c', deliveryTag: tag, redelivered: false, exchange: 'e', routingKey: '' };
  return Buffer.concat([rabbitmqMethod('BasicDeliver', fields), rabbitmqContent(content)]);
}

/** The frames behind the method of a message. */
export function rabbitmqContent(content = Buffer.from('a')): Buffer {
  const frames = [rabbitmqProperties({}, content.length)];
  for (let at = 0; at < content.length; at += MOST_OF_FRAME) {
    const part = content.subarray(at, at + MOST_OF_FRAME);
    const head = Buffer.alloc(RABBITMQ_HEAD_BYTES);
    head[0] = BODY;
    head.writeUInt16BE(CHANNEL, 1);
    head.writeUInt32BE(part.length, 3);
    frames.push(head, part, Buffer.from([END_OF_FRAME]));
  }
  return Buffer.concat(frames);
}

/** The frame with the properties of a message. */
export function rabbitmqProperties(properties: object, size = 1): Buffer {
  return defs.encodeProperties(defs.BasicProperties ?? 0, CHANNEL, size, properties);
}

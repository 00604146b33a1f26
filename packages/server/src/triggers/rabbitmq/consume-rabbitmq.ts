import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage, GetMessage, Message } from 'amqplib';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import type { Secret } from '../../lib/secret.ts';
import { batchTraceparent } from '../brokers/batch-trace.ts';
import { type BrokerAddress, brokerLookup } from '../brokers/broker-address.ts';
import type { BrokerBatch, BrokerSession } from '../brokers/broker-session.ts';
import { BATCH_BYTES, batchId, batchLength, messageText } from '../brokers/message-batch.ts';
import type { ReadShare } from '../brokers/read-room.ts';
import { cutMessages } from './cut-messages.ts';
import { nameOf, placeOf } from './message-name.ts';
import type { RabbitmqSettings } from './rabbitmq-settings.ts';

const CONNECT_MS = 10_000;
/** Of the whole handshake, and of each answer after it. */
const ANSWER_MS = 30_000;
const CLOSE_MS = 5_000;
/** Between looks at a queue whose broker says that more messages are coming. */
const LOOKS = { firstMs: 1, mostMs: 1_000 };
const HEARTBEAT_SECONDS = 30;
const FRAME_BYTES = 128 * 1024;
const MOST_TRACE_CHARS = 512;
/** Longer than all attempts of a batch take: the broker would deliver the messages again meanwhile. */
const ACK_TIMEOUT_MS = 24 * 3600 * 1000;
/** More between two acknowledgements is not a batch: a broker may announce a message of any size. */
const MOST_RECEIVED_BYTES = 4 * BATCH_BYTES;

export interface RabbitmqConnection {
  readonly broker: BrokerAddress;
  readonly settings: Pick<RabbitmqSettings, 'user' | 'vhost' | 'exchange' | 'tls' | 'batchSize'>;
  readonly password: Secret;
  /** The queue that collects the messages of the exchange. */
  readonly queue: string;
  readonly allowed: AllowedHosts;
  /** Memory for what the broker sends. */
  readonly share: ReadShare;
  /** How long the broker may take for the handshake, and for each answer; 30 s unless set. */
  readonly answerMs?: number;
}

/** A connection as plain data. */
export type RabbitmqSource = Omit<RabbitmqConnection, 'password' | 'share'> & { readonly password: string };

/** What is needed of a message. Its headers are left out: in memory they are many times larger than they arrived. */
interface Waiting {
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly name: string;
  readonly place: string;
  readonly hasId: boolean;
  readonly traceparent: string | undefined;
  readonly text: string;
  readonly bytes: number;
  /** Of a message of which only the beginning arrived. */
  readonly cutFrom: number | undefined;
}

/**
 * Reads messages until the session is aborted. Rejects when the connection is refused or lost; the broker then delivers
 * again what was not acknowledged. The unacknowledged messages are those of one batch, so that they make the same batch when
 * they are delivered again. One message arrives by itself and starts a batch; the others are fetched one by one until the
 * batch is full, because a prefetch count does not limit bytes. After a full batch of small messages, those of the next one
 * arrive by themselves.
 */
export async function consumeRabbitmq(connection: RabbitmqConnection, session: BrokerSession): Promise<void> {
  session.signal.throwIfAborted();
  const model = await open(connection, session.signal);
  const lost = Promise.withResolvers<never>();
  // it is awaited in a race only
  lost.promise.catch(() => undefined);
  const fail = (why: string) => (error?: Error) => lost.reject(error ?? new Error(why));
  model.on('error', fail('the connection failed'));
  model.on('close', fail('the broker closed the connection'));
  const guard = limitReceived(model, connection.share, lost.reject);
  let channel: Channel | undefined;
  try {
    const { answerMs = ANSWER_MS } = connection;
    channel = await Promise.race([lost.promise, answered(model.createChannel(), answerMs)]);
    channel.on('error', fail('the channel failed'));
    channel.on('close', fail('the broker closed the channel'));
    const cutFrom = cutMessages(channel, guard.skip);
    const reader = new Reader(channel, connection, { cutFrom, fail: lost.reject });
    await Promise.race([lost.promise, reader.start()]);
    session.onConnected();
    while (!session.signal.aborted) {
      const batch = await Promise.race([lost.promise, reader.next(session.signal)]);
      if (batch.length === 0) break;
      // waits for its end even when the connection is lost: the next one delivers the same messages
      await session.handle(brokerBatch(connection.queue, batch));
      await Promise.race([lost.promise, undefined]);
      await Promise.race([lost.promise, reader.acknowledge(batch)]);
      guard.reset();
    }
  } finally {
    guard.stop();
    const closing = Promise.race([close(model, channel), setTimeout(CLOSE_MS, undefined, { ref: false })]);
    await closing.catch(() => undefined);
    socketOf(model).destroy();
  }
}

function brokerBatch(queue: string, batch: readonly Waiting[]): BrokerBatch {
  const messages = batch.map(({ text }) => text);
  const id = batchId([queue, ...batch.map(({ name }) => name)], messages);
  const place = batch[0]?.place ?? '';
  const sharesId = batch.every(({ hasId }) => !hasId);
  const traceparent = batchTraceparent(batch.map((message) => message.traceparent));
  const size = batch[0]?.cutFrom;
  const refusal =
    size === undefined ? {} : { refusal: `the message has ${size} bytes, which is too large for an event` };
  return { messages, shard: '', place, id, sharesId, traceparent, ...refusal };
}

/** The channel first: it sends the acknowledgements that it holds. */
async function close(model: ChannelModel, channel: Channel | undefined): Promise<void> {
  await channel?.close();
  await model.close();
}

async function open(
  { broker, settings, password, allowed, answerMs = ANSWER_MS }: RabbitmqConnection,
  signal: AbortSignal,
): Promise<ChannelModel> {
  const { host, port } = broker;
  // a module of CommonJS in a file of its own has only this export
  const { connect } = (await import('amqplib')).default;
  const cut = new AbortController();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const stop = (): void => cut.abort();
  const timer = globalThis.setTimeout(() => {
    failed.reject(new Error(`the broker did not end the handshake for ${answerMs / 1000} s`));
    cut.abort();
  }, answerMs);
  signal.addEventListener('abort', stop);
  const transport = {
    timeout: CONNECT_MS,
    noDelay: true,
    lookup: brokerLookup(broker, allowed),
    clientProperties: { connection_name: 'Funcgraph' },
    // of the socket, which the types of amqplib leave out
    signal: cut.signal,
  };
  const opening = connect(
    {
      protocol: settings.tls ? 'amqps' : 'amqp',
      hostname: host,
      port,
      username: settings.user,
      password: password.reveal(),
      vhost: encodeURIComponent(settings.vhost),
      heartbeat: HEARTBEAT_SECONDS,
      frameMax: FRAME_BYTES,
      // `frameMax` is only offered to the broker; this limit is enforced on what it sends
      maxFrameSize: FRAME_BYTES,
    },
    transport,
  );
  try {
    return await Promise.race([failed.promise, opening]);
  } catch (error) {
    cut.abort();
    // the reason of the broker is not in the error
    const refused = error instanceof Error && error.message.startsWith('Expected ConnectionOpenOk');
    throw refused ? new Error(`the broker refused the virtual host ${settings.vhost} to ${settings.user}`) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** A broker that keeps a connection alive may leave a request without an answer. */
async function answered<T>(answer: PromiseLike<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = globalThis.setTimeout(() => late.reject(new Error(`the broker did not answer for ${ms / 1000} s`)), ms);
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}

/** Messages of the queue in their order, of which the first `batch` are handled at a time. */
class Reader {
  readonly #channel: Channel;
  readonly #connection: RabbitmqConnection;
  readonly #cutFrom: ReturnType<typeof cutMessages>;
  readonly #fail: (error: Error) => void;
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #arrived = Promise.withResolvers<void>();
  /** How many messages arrive by themselves. */
  #window = 1;
  /** Of what arrives by itself; undefined while nothing does. */
  #consumer: string | undefined;
  /** Those that wait were gathered for the batch before: no other is fetched, which could arrive before one of them. */
  #isRest = false;

  constructor(
    channel: Channel,
    connection: RabbitmqConnection,
    { cutFrom, fail }: { readonly cutFrom: ReturnType<typeof cutMessages>; readonly fail: (error: Error) => void },
  ) {
    this.#channel = channel;
    this.#connection = connection;
    this.#cutFrom = cutFrom;
    this.#fail = fail;
  }

  async start(): Promise<void> {
    const { queue, settings } = this.#connection;
    const channel = this.#channel;
    await this.#answered(channel.checkExchange(settings.exchange));
    await this.#answered(
      channel.assertQueue(queue, { durable: true, arguments: { 'x-consumer-timeout': ACK_TIMEOUT_MS } }),
    );
    // an exchange of type fanout has no use for the pattern, one of type topic takes all messages
    await this.#answered(channel.bindQueue(queue, settings.exchange, '#'));
    await this.#consume();
  }

  async #consume(): Promise<void> {
    await this.#answered(this.#channel.prefetch(this.#window));
    const consuming = this.#channel.consume(this.#connection.queue, (message) => this.#arrive(message));
    const { consumerTag } = await this.#answered(consuming);
    this.#consumer = consumerTag;
  }

  #answered<T>(answer: PromiseLike<T>): Promise<T> {
    return answered(answer, this.#connection.answerMs ?? ANSWER_MS);
  }

  /** What was on its way has arrived then. */
  async #stopConsuming(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    if (consumer !== undefined) await this.#answered(this.#channel.cancel(consumer));
  }

  /** The next batch; empty when the signal is aborted first. */
  async next(signal: AbortSignal): Promise<readonly Waiting[]> {
    if (!this.#isRest) await this.#gather(signal);
    return signal.aborted ? [] : this.#waiting.slice(0, this.#batchLength());
  }

  async #gather(signal: AbortSignal): Promise<void> {
    if (this.#consumer === undefined) await this.#consume();
    const aborted = Promise.withResolvers<void>();
    const stop = () => aborted.resolve();
    signal.addEventListener('abort', stop);
    // it may have been aborted since
    if (signal.aborted) stop();
    try {
      if (this.#waiting.length === 0) await Promise.race([this.#arrived.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    if (this.#window === 1) await this.#fetch(signal);
    else await this.#receive(signal);
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const { queue, settings } = this.#connection;
    while (!signal.aborted && this.#waiting.length < settings.batchSize && this.#bytes < BATCH_BYTES) {
      const message = await this.#answered(this.#channel.get(queue));
      if (message === false) break;
      this.#add(message);
    }
  }

  /** Until no more messages may arrive, or the queue has none. */
  async #receive(signal: AbortSignal): Promise<void> {
    let [count, pauseMs] = [this.#waiting.length, LOOKS.firstMs];
    while (!signal.aborted && this.#waiting.length < this.#window) {
      const { messageCount } = await this.#answered(this.#channel.checkQueue(this.#connection.queue));
      if (messageCount > 0) {
        // a broker that has none would be asked for ever
        pauseMs = this.#waiting.length > count ? LOOKS.firstMs : Math.min(pauseMs * 2, LOOKS.mostMs);
        count = this.#waiting.length;
        await setTimeout(pauseMs);
        continue;
      }
      // one that arrives while the batch is handled would be in no batch
      await this.#stopConsuming();
      break;
    }
  }

  /** Messages that are delivered again are not mixed with new ones: so they make the same batch, with the same id. */
  #batchLength(): number {
    const isRepeated = this.#waiting[0]?.redelivered;
    const end = this.#waiting.findIndex(({ redelivered }) => redelivered !== isRepeated);
    const alike = end === -1 ? this.#waiting : this.#waiting.slice(0, end);
    const sizes = alike.map(({ bytes }) => bytes);
    return batchLength(sizes, this.#connection.settings.batchSize);
  }

  /** Those of the batch, which are the oldest ones. */
  async acknowledge(batch: readonly Waiting[]): Promise<void> {
    const last = batch.at(-1);
    if (last === undefined) return;
    const window = this.#windowAfter(batch);
    if (window !== this.#window || batch.length < this.#waiting.length) {
      // before the acknowledgement, which would let the next message arrive
      await this.#stopConsuming();
      this.#window = window;
    }
    this.#channel.ack({ fields: { deliveryTag: last.deliveryTag } } as Message, true);
    for (const { bytes } of this.#waiting.splice(0, batch.length)) this.#bytes -= bytes;
    this.#isRest = this.#waiting.length > 0;
    if (!this.#isRest) this.#arrived = Promise.withResolvers();
  }

  /** A batch that was not full ended a backlog. */
  #windowAfter(batch: readonly Waiting[]): number {
    const { batchSize } = this.#connection.settings;
    const largest = Math.max(...batch.map(({ bytes }) => bytes));
    return batch.length === batchSize && largest * batchSize <= BATCH_BYTES ? batchSize : 1;
  }

  #arrive(message: ConsumeMessage | null): void {
    if (message === null) this.#fail(new Error(`the queue ${this.#connection.queue} was deleted`));
    else this.#add(message);
  }

  #add(message: ConsumeMessage | GetMessage): void {
    // what arrives by itself, and what was asked for
    const most = 2 * this.#connection.settings.batchSize;
    if (this.#waiting.length >= most) {
      this.#fail(new Error(`the broker sent more than ${most} messages for one batch`));
      return;
    }
    const cutFrom = this.#cutFrom(message.properties);
    const note = cutFrom === undefined ? '' : `… (cut: the message has ${cutFrom} bytes)`;
    const text = messageText(note === '' ? message.content : Buffer.concat([message.content, Buffer.from(note)]));
    // a message that was cut is a batch by itself
    const bytes = cutFrom ?? Buffer.byteLength(text);
    const { fields, properties } = message;
    this.#waiting.push({
      deliveryTag: fields.deliveryTag,
      redelivered: fields.redelivered,
      name: nameOf(message),
      place: placeOf(message),
      hasId: Boolean(properties.messageId),
      traceparent: textOf(properties.headers?.traceparent),
      ...{ text, bytes, cutFrom },
    });
    this.#bytes += bytes;
    this.#arrived.resolve();
  }
}

/** Of a header, which may be anything. */
function textOf(header: unknown): string | undefined {
  const text = Buffer.isBuffer(header) ? header.toString('latin1') : header;
  return typeof text === 'string' && text.length <= MOST_TRACE_CHARS ? text : undefined;
}

/** Ends a connection whose broker sends more than fits into a batch before any of it is acknowledged. */
function limitReceived(model: ChannelModel, share: ReadShare, fail: (error: Error) => void) {
  const socket = socketOf(model);
  let from = socket.bytesRead;
  let held = 0;
  const check = (): void => {
    const received = socket.bytesRead - from;
    try {
      if (received > MOST_RECEIVED_BYTES)
        throw new Error(`the broker sent more than ${MOST_RECEIVED_BYTES} bytes for one batch`);
      if (received <= held) return;
      share.takeNow(received - held);
      held = received;
    } catch (error) {
      fail(error as Error);
      socket.destroy();
    }
  };
  socket.on('readable', check);
  return {
    reset: () => {
      from = socket.bytesRead;
      share.give(held);
      held = 0;
    },
    /** What is not held. */
    skip: (bytes: number) => {
      from += bytes;
    },
    stop: () => socket.off('readable', check),
  };
}

/** The types of amqplib leave it out. */
function socketOf(model: ChannelModel): Socket {
  return (model.connection as unknown as { readonly stream: Socket }).stream;
}

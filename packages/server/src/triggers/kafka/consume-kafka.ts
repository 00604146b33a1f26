import { setTimeout } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, SASLOptions, TopicPartitionOffset } from 'kafkajs';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import type { Secret } from '../../lib/secret.ts';
import { batchTraceparent } from '../brokers/batch-trace.ts';
import type { BrokerAddress } from '../brokers/broker-address.ts';
import type { BrokerSession } from '../brokers/broker-session.ts';
import { BATCH_BYTES, batchId, batchLength, messageText } from '../brokers/message-batch.ts';
import type { ReadShare } from '../brokers/read-room.ts';
import { boundAnswers } from './bounded-answers.ts';
import { boundCodecs } from './bounded-codecs.ts';
import { boundDecoder } from './bounded-decoder.ts';
import { boundLogins, boundOldLogins } from './bounded-logins.ts';
import { refuseBrokenResponses } from './broken-responses.ts';
import { pauseEmptyFetches } from './empty-fetches.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { kafkaSockets } from './kafka-socket.ts';
import { checkOnlyWaiting } from './quiet-queue.ts';
import { holdResponses, withMemory } from './response-memory.ts';
import { shareJoins } from './shared-joins.ts';
import { endStoppedReaders } from './stopped-readers.ts';

const CONNECT_MS = 10_000;
/** Of each answer, and of each step of a login. */
const ANSWER_MS = 30_000;
/** Until the cluster has answered about the topics: some of its brokers may be down. */
const READY_MS = 120_000;
const CLOSE_MS = 5_000;
/** The group gives the partitions of a killed server to another one after this time. */
const SESSION_MS = 10_000;
const HEARTBEATS_PER_SESSION = 10;
/** A member that joins waits for the batches of the others this long: a function may run for 900 s. */
const REBALANCE_MS = 20 * 60_000;
const WAIT_MS = 1_000;
/** Of the first response after a failure, which may be that the last ones had too much. */
const CAREFUL_BYTES = 64 * 1024;
/** Of one partition in a response; brokers before Kafka 0.10.1 deliver no larger message. */
const PARTITION_BYTES = 1024 * 1024;
const PARTITIONS_AT_ONCE = 4;
const CONNECTIONS = 64;
/** Of a larger message, only the beginning is delivered. */
const WHOLE_BYTES = 16 * 1024 * 1024;
const BEGINNING_BYTES = 64 * 1024;
const RETRIES = 2;
/** Refusals of a commit while the members of the group change: another member gets the messages, or this one again. */
const CHANGES: ReadonlySet<string> = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);
/** A mechanism that the broker does not have is followed by the next one at the next connection. */
const MECHANISMS = ['scram-sha-512', 'scram-sha-256', 'plain'] as const;

export interface KafkaConnection {
  readonly brokers: readonly BrokerAddress[];
  readonly settings: Pick<KafkaSettings, 'topics' | 'tls' | 'user' | 'batchSize'>;
  /** With a user. */
  readonly password: Secret | undefined;
  readonly group: string;
  readonly allowed: AllowedHosts;
  /** Connections before, in a row, that failed. */
  readonly failures: number;
  /** Memory for what the cluster sends. */
  readonly share: ReadShare;
  /** How long the group waits for a member that is silent; 10 s unless set. */
  readonly sessionMs?: number;
  /** How long a broker may take for each answer; 30 s unless set. */
  readonly answerMs?: number;
  /** How long the cluster may take to answer about the topics; 120 s unless set. */
  readonly readyMs?: number;
}

/** A connection as plain data. */
export type KafkaSource = Omit<KafkaConnection, 'password' | 'share'> & { readonly password: string | undefined };

/**
 * Reads messages as a member of the group until the session is aborted. Rejects when the cluster refuses or ends the
 * connection. An offset is committed when the messages before it are handled.
 */
export function consumeKafka(connection: KafkaConnection, session: BrokerSession): Promise<void> {
  return withMemory(connection.share, () => consume(connection, session));
}

async function consume(connection: KafkaConnection, session: BrokerSession): Promise<void> {
  const { settings, group, share, sessionMs = SESSION_MS, answerMs = ANSWER_MS, readyMs = READY_MS } = connection;
  const beatMs = sessionMs / HEARTBEATS_PER_SESSION;
  session.signal.throwIfAborted();
  // a module of CommonJS in a file of its own has only this export
  const { Kafka, CompressionCodecs, logLevel } = (await import('kafkajs')).default;
  const { default: Member } = await import('kafkajs/src/consumer/consumerGroup.js');
  const { default: Connection } = await import('kafkajs/src/network/connection.js');
  const { default: Decoder } = await import('kafkajs/src/protocol/decoder.js');
  const { default: Runner } = await import('kafkajs/src/consumer/runner.js');
  const { default: Scram } = await import('kafkajs/src/broker/saslAuthenticator/scram.js');
  boundLogins(Scram.SCRAM);
  boundOldLogins(Connection.prototype);
  boundCodecs(CompressionCodecs);
  shareJoins(Member.prototype);
  holdResponses(Runner.prototype);
  pauseEmptyFetches(Runner.prototype);
  endStoppedReaders(Runner.prototype);
  const { default: Queue } = await import('kafkajs/src/network/requestQueue/index.js');
  const { default: Broker } = await import('kafkajs/src/broker/index.js');
  boundAnswers(Connection.prototype, Queue.prototype, Broker.prototype);
  checkOnlyWaiting(Queue.prototype);
  refuseBrokenResponses(Connection.prototype);
  boundDecoder(Decoder.prototype);
  const retry = { retries: RETRIES, restartOnFailure: () => Promise.resolve(false) };
  const sasl = saslOf(connection);
  const closed = new AbortController();
  const kafka = new Kafka({
    clientId: 'funcgraph',
    brokers: connection.brokers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`),
    connectionTimeout: CONNECT_MS,
    requestTimeout: answerMs,
    ssl: settings.tls,
    ...(sasl === undefined ? {} : { sasl }),
    retry,
    logLevel: logLevel.NOTHING,
    socketFactory: kafkaSockets(connection.allowed, {
      connections: CONNECTIONS,
      responseBytes: share.limits.responseBytes,
      share,
      over: closed.signal,
    }),
  });
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionMs,
    heartbeatInterval: beatMs,
    rebalanceTimeout: REBALANCE_MS,
    maxWaitTimeInMs: WAIT_MS,
    maxBytes: connection.failures === 0 ? share.limits.fetchBytes : CAREFUL_BYTES,
    maxBytesPerPartition: PARTITION_BYTES,
    allowAutoTopicCreation: false,
    retry,
  });
  const over = Promise.withResolvers<void>();
  // it is awaited in races
  over.promise.catch(() => undefined);
  consumer.on('consumer.crash', ({ payload }) => over.reject(payload.error));
  consumer.on('consumer.group_join', () => session.onConnected());
  const stop = (): void => over.resolve();
  session.signal.addEventListener('abort', stop, { once: true });
  if (session.signal.aborted) stop();
  const running = new Set<Promise<void>>();
  const open = async (): Promise<void> => {
    await consumer.connect();
    await consumer.subscribe({ topics: [...settings.topics], fromBeginning: true });
  };
  const eachBatch = (payload: EachBatchPayload): Promise<void> => {
    const work = handlePartition(payload, {
      consumer,
      beatMs,
      most: settings.batchSize,
      session,
      share,
    });
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const late = new AbortController();
  try {
    await Promise.race([over.promise, open(), tooLate(readyMs, late.signal)]);
    if (session.signal.aborted) return;
    const run = consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch,
    });
    await Promise.race([over.promise, run]);
    await over.promise;
  } finally {
    late.abort();
    session.signal.removeEventListener('abort', stop);
    await Promise.allSettled(running);
    // a broker may answer none of the requests by which the client leaves
    await Promise.race([consumer.disconnect().catch(() => undefined), setTimeout(CLOSE_MS, undefined, { ref: false })]);
    closed.abort();
  }
}

async function tooLate(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal, ref: false }).catch(() => undefined);
  if (!signal.aborted) throw new Error(`the cluster did not answer about the topics for ${ms / 1000} s`);
}

interface Reading {
  readonly consumer: Consumer;
  readonly beatMs: number;
  /** Messages of one batch. */
  readonly most: number;
  readonly session: BrokerSession;
  readonly share: ReadShare;
}

/** One batch of the trigger after another; heartbeats keep the partition meanwhile. */
async function handlePartition(
  { batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload,
  { consumer, beatMs, most, session, share }: Reading,
): Promise<void> {
  const { signal, handle } = session;
  const { topic, partition } = batch;
  // a failed heartbeat is noticed at the next commit or fetch
  const beat = setInterval(() => void heartbeat().catch(() => undefined), beatMs);
  try {
    const all = batch.messages;
    for (let from = 0; from < all.length; ) {
      if (signal.aborted || !isRunning() || isStale()) return;
      const bytes = valueBytes(all.slice(from, from + most));
      await share.take(bytes);
      try {
        const { messages, refusal } = nextMessages(all, from, most);
        const end = from + messages.length;
        const [{ offset = '', timestamp = '' } = {}, { offset: last = '' } = {}] = [all[from], all[end - 1]];
        // a topic of the same name that is made again has the same offsets
        const id = batchId([topic, partition, offset, last, timestamp], messages);
        const place = `topic ${topic}, partition ${partition}, ${from + 1 === end ? `offset ${offset}` : `offsets ${offset} to ${last}`}`;
        const traceparent = batchTraceparent(all.slice(from, end).map(({ headers }) => headers?.traceparent));
        await handle({ messages, shard: topic, place, id, sharesId: false, traceparent, ...refusal });
        await commit(consumer, { topic, partition, offset: String(BigInt(last) + 1n) });
        resolveOffset(last);
        from = end;
      } finally {
        share.give(bytes);
      }
    }
    if (all.length === 0) resolveOffset(batch.lastOffset());
  } finally {
    clearInterval(beat);
  }
}

type Values = readonly { readonly value: Buffer | null }[];

/** What the texts of the next messages take: most are as long as their values, and some of these are not needed yet. */
function valueBytes(messages: Values): number {
  const first = messages[0]?.value?.length ?? 0;
  if (first > WHOLE_BYTES) return BEGINNING_BYTES;
  const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  return Math.min(bytes, Math.max(BATCH_BYTES, first));
}

/** The texts of one event, which are made when it is: those of all messages of a response take several times its memory. */
function nextMessages(all: Values, from: number, most: number) {
  const size = all[from]?.value?.length ?? 0;
  if (size > WHOLE_BYTES) {
    const beginning = all[from]?.value?.subarray(0, BEGINNING_BYTES) ?? Buffer.alloc(0);
    const note = Buffer.from(`… (cut: the message has ${size} bytes)`);
    const refusal = `the message has ${size} bytes, which is too large for an event`;
    return { messages: [messageText(Buffer.concat([beginning, note]))], refusal: { refusal } };
  }
  const messages: string[] = [];
  const sizes: number[] = [];
  let bytes = 0;
  for (const { value } of all.slice(from, from + most)) {
    if (sizes.length > 0 && bytes + (value?.length ?? 0) > BATCH_BYTES) break;
    const text = messageText(value ?? Buffer.alloc(0));
    messages.push(text);
    sizes.push(Buffer.byteLength(text));
    bytes += sizes.at(-1) ?? 0;
  }
  return { messages: messages.slice(0, batchLength(sizes, most)), refusal: {} };
}

/** Throws what the client knows as a change of the group, so that it joins again; it does not look at causes. */
async function commit(consumer: Consumer, offset: TopicPartitionOffset): Promise<void> {
  try {
    await consumer.commitOffsets([offset]);
  } catch (error) {
    const { cause } = error as Error;
    throw cause instanceof Error && 'type' in cause && CHANGES.has(String(cause.type)) ? cause : error;
  }
}

function saslOf({ settings, password, failures }: KafkaConnection): SASLOptions | undefined {
  if (settings.user === '' || password === undefined) return undefined;
  // without TLS the password itself is not sent
  const mechanisms = settings.tls ? MECHANISMS : MECHANISMS.slice(0, -1);
  const mechanism = mechanisms[failures % mechanisms.length] ?? 'scram-sha-512';
  return { mechanism, username: settings.user, password: password.reveal() } as SASLOptions;
}

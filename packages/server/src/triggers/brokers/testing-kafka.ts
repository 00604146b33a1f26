import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type IHeaders, Kafka, logLevel, type Message, Partitioners } from 'kafkajs';

const PROGRAM = fileURLToPath(new URL('testing-kafka.py', import.meta.url));
/** The reason shown for skipped tests. */
export const NO_KCAT = 'there is no program kcat: apt-get install kcat';

export function hasKcat(): boolean {
  return spawnSync('kcat', ['-V'], { stdio: 'ignore' }).error === undefined;
}

interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * The mock cluster of librdkafka: brokers in memory, with groups and offsets, without TLS and logins. What it stored ends
 * with it. A topic has four partitions and is made by the first message, unless `makeTopic` made it. Brokers are numbered
 * from 1.
 */
export class TestKafka {
  /** Of each broker. */
  readonly ports: readonly number[];
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  private constructor(
    process: ChildProcessByStdio<Writable, Readable, null>,
    lines: Interface,
    ports: readonly number[],
  ) {
    this.#process = process;
    this.#lines = lines;
    this.ports = ports;
  }

  /** Throws where kcat, which brings librdkafka, is not installed: check `hasKcat` first. */
  static async start(brokers = 1): Promise<TestKafka> {
    const child = spawn('python3', [PROGRAM, String(brokers)], { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = createInterface(child.stdout);
    const failed = once(child, 'exit').then(() => Promise.reject(new Error(`the mock cluster ended: ${NO_KCAT}`)));
    const [addresses] = (await Promise.race([once(lines, 'line'), failed])) as [string];
    failed.catch(() => undefined);
    return new TestKafka(
      child,
      lines,
      addresses.split(',').map((address) => Number(address.split(':')[1])),
    );
  }

  get port(): number {
    return this.ports[0] ?? 0;
  }

  get address(): string {
    return this.ports.map((port) => `127.0.0.1:${port}`).join();
  }

  makeTopic(name: string, partitions: number): Promise<void> {
    return this.#command(`topic ${name} ${partitions}`);
  }

  setLeader(topic: string, partition: number, broker: number): Promise<void> {
    return this.#command(`leader ${topic} ${partition} ${broker}`);
  }

  /** The broker where a group meets. */
  setCoordinator(group: string, broker: number): Promise<void> {
    return this.#command(`coordinator ${group} ${broker}`);
  }

  /** The next requests of a kind get these errors, by their numbers in the protocol, in this order. */
  refuse(api: number, errors: readonly number[]): Promise<void> {
    return this.#command(`refuse ${api} ${errors.join(' ')}`);
  }

  /** Ends connections to the broker, and refuses new ones. */
  takeDown(broker: number): Promise<void> {
    return this.#command(`down ${broker}`);
  }

  bringUp(broker: number): Promise<void> {
    return this.#command(`up ${broker}`);
  }

  /** Stores messages in their order; those with the same key are in one partition. */
  publish(topic: string, messages: readonly string[], key?: string, headers: IHeaders = {}): Promise<void> {
    const more = key === undefined ? { headers } : { headers, key };
    return publishTo(
      this.address,
      topic,
      messages.map((value) => ({ value, ...more })),
    );
  }

  /** Stores messages in their order, compressed by librdkafka. */
  async publishCompressed(codec: string, { topic, partition }: TopicPartition, messages: readonly string[]) {
    const options = ['-P', '-b', this.address, '-t', topic, '-p', String(partition), '-z', codec];
    const child = spawn('kcat', [...options, '-X', 'linger.ms=200'], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(messages.map((text) => `${text}\n`).join(''));
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    if (exitCode !== 0) throw new Error(`kcat ended with ${exitCode}`);
  }

  /** How many messages of a topic a group has committed. */
  async committed(groupId: string, topic: string): Promise<number> {
    const admin = new Kafka({ brokers: this.address.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    await admin.disconnect();
    return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #command(line: string): Promise<void> {
    const answer = once(this.#lines, 'line');
    this.#process.stdin.write(`${line}\n`);
    const [error] = (await answer) as [string];
    if (error !== '0') throw new Error(`${line}: error ${error} of librdkafka`);
  }
}

/** Stores messages in their order. */
export async function publishTo(address: string, topic: string, messages: Message[]): Promise<void> {
  const kafka = new Kafka({ brokers: address.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
}

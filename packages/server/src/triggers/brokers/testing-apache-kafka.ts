import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { APACHE_KAFKA } from '../../../../../scripts/apache-kafka.mjs';
import { eachFrame, framed, int16, int32 } from './testing-kafka-frames.ts';
import { freePorts } from './testing-ports.ts';

/** The reason shown for skipped tests. */
export const NO_APACHE_KAFKA = 'there is no Java, or no Apache Kafka: npm run verify brings it';
const SMALL = ['-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** ZooKeeper forgets a broker that was killed after this time; until then it cannot start again. */
const SESSION_MS = 2_000;
const STARTS = 30;
const ATTEMPTS = 300;
const BETWEEN_MS = 200;
const LISTENING = /Awaiting socket connections on \S+:(\d+)\./;
const STARTED = /\[Kafka Server 0\], started/;
const ENDED = Symbol('ended');

export function hasApacheKafka(): boolean {
  return existsSync(APACHE_KAFKA) && spawnSync('java', ['-version'], { stdio: 'ignore' }).error === undefined;
}

/**
 * Apache Kafka 0.9 with its ZooKeeper, in a temporary folder. Clients of today ask first which requests a broker knows;
 * this release ends such a connection, so a front on `port` answers that question in its place and passes all else on.
 */
export class TestApacheKafka {
  readonly port: number;
  readonly #folder: string;
  readonly #zooKeeperPort: number;
  readonly #front: Server;
  #zooKeeper: ChildProcess | undefined;
  #broker: ChildProcess | undefined;
  #brokerPort = 0;

  private constructor(folder: string, zooKeeperPort: number, front: Server) {
    this.#folder = folder;
    this.#zooKeeperPort = zooKeeperPort;
    this.#front = front;
    this.port = (front.address() as AddressInfo).port;
    front.on('connection', (socket: Socket) => passOn(socket, this.#brokerPort));
  }

  /** Throws where it was not brought: check `hasApacheKafka` first. */
  static async start(): Promise<TestApacheKafka> {
    const [zooKeeperPort = 0] = await freePorts(1);
    const front = createServer();
    await once(front.listen(0, '127.0.0.1'), 'listening');
    const kafka = new TestApacheKafka(mkdtempSync(join(tmpdir(), 'fg-kafka-')), zooKeeperPort, front);
    kafka.#configure();
    kafka.#zooKeeper = kafka.#java('org.apache.zookeeper.server.quorum.QuorumPeerMain', ['zookeeper'], 'ignore');
    await kafka.boot();
    // the first group makes the topic of the offsets, and is refused meanwhile
    await kafka.#untilDone((admin) => admin.fetchOffsets({ groupId: 'first', topics: [] }));
    return kafka;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async makeTopic(name: string, partitions: number): Promise<void> {
    const zooKeeper = `127.0.0.1:${this.#zooKeeperPort}`;
    const options = ['--topic', name, '--partitions', String(partitions), '--replication-factor', '1'];
    await this.#run('kafka.admin.TopicCommand', ['--zookeeper', zooKeeper, '--create', ...options]);
    await this.#untilDone((admin) => admin.fetchTopicOffsets(name));
  }

  /** Stores messages by Kafka's own producer, in their order if the topic has one partition. */
  async publishByItsProducer(topic: string, codec: string, messages: readonly string[]): Promise<void> {
    const options = ['--broker-list', this.address, '--topic', topic, '--compression-codec', codec];
    const lines = messages.map((text) => `${text}\n`).join('');
    await this.#run('kafka.tools.ConsoleProducer', [...options, '--request-required-acks', '-1'], lines);
  }

  /** Starts the broker, again after `kill`; resolves when each partition has a leader. */
  async boot(): Promise<void> {
    for (let start = 1; start <= STARTS; start++) {
      const broker = this.#java('kafka.Kafka', ['kafka'], 'pipe');
      this.#broker = broker;
      const port = await Promise.race([portOf(broker), once(broker, 'exit').then(() => ENDED)]);
      if (typeof port === 'number') {
        this.#brokerPort = port;
        // the list is refused while a partition has no leader
        return this.#untilDone((admin) => admin.listTopics());
      }
    }
    throw new Error(`Apache Kafka ended ${STARTS} times while it started`);
  }

  /** Ends the broker like a crash. */
  async kill(): Promise<void> {
    await kill(this.#broker);
  }

  async stop(): Promise<void> {
    this.#front.close();
    await Promise.all([kill(this.#broker), kill(this.#zooKeeper)]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #configure(): void {
    const inside = (name: string): string => join(this.#folder, name);
    const files = {
      zookeeper: [
        `dataDir=${inside('zookeeper-data')}`,
        `clientPort=${this.#zooKeeperPort}`,
        'clientPortAddress=127.0.0.1',
        `tickTime=${SESSION_MS / 2}`,
      ],
      kafka: [
        'broker.id=0',
        'listeners=PLAINTEXT://127.0.0.1:0',
        `advertised.listeners=PLAINTEXT://127.0.0.1:${this.port}`,
        `zookeeper.connect=127.0.0.1:${this.#zooKeeperPort}`,
        `zookeeper.session.timeout.ms=${SESSION_MS}`,
        'zookeeper.connection.timeout.ms=60000',
        `log.dirs=${inside('messages')}`,
        // it takes 128 MB at once
        'log.cleaner.enable=false',
        'offsets.topic.num.partitions=1',
        'offsets.topic.replication.factor=1',
        'group.min.session.timeout.ms=1000',
      ],
      log4j: [
        'log4j.rootLogger=INFO, out',
        'log4j.appender.out=org.apache.log4j.ConsoleAppender',
        'log4j.appender.out.layout=org.apache.log4j.PatternLayout',
        'log4j.appender.out.layout.ConversionPattern=%p %m%n',
      ],
    };
    for (const [name, lines] of Object.entries(files))
      writeFileSync(inside(`${name}.properties`), `${lines.join('\n')}\n`);
  }

  async #untilDone(ask: (admin: Admin) => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const admin = new Kafka({ brokers: [this.address], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
      try {
        await admin.connect();
        // it learns the brokers by it
        await admin.listTopics();
        await ask(admin);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await setTimeout(BETWEEN_MS);
      } finally {
        await admin.disconnect();
      }
    }
  }

  #java(main: string, files: readonly string[], output: 'pipe' | 'ignore'): ChildProcess {
    const paths = files.map((name) => join(this.#folder, `${name}.properties`));
    return spawn('java', [...this.#options(), main, ...paths], { stdio: ['ignore', output, 'ignore'] });
  }

  async #run(main: string, args: readonly string[], input = ''): Promise<void> {
    const child = spawn('java', [...this.#options(), main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${main} ended with ${code}: ${Buffer.concat(output).toString()}`);
  }

  #options(): string[] {
    const log = `-Dlog4j.configuration=file:${join(this.#folder, 'log4j.properties')}`;
    return [...SMALL, log, '-cp', join(APACHE_KAFKA, '*')];
  }
}

/** The port of a broker that takes connections; what it logs afterwards is read and dropped. */
function portOf(broker: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    if (broker.stdout === null) return;
    let port = 0;
    createInterface(broker.stdout).on('line', (line) => {
      port = Number(LISTENING.exec(line)?.[1] ?? port);
      if (STARTED.test(line)) resolve(port);
      // it would wait for itself
      if (line.startsWith('FATAL')) broker.kill('SIGKILL');
    });
  });
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const ASK_VERSIONS = 18;
/** Highest version of each request that Apache Kafka 0.9 knows; the lowest is 0. */
const VERSIONS: readonly (readonly [request: number, highest: number])[] = [
  [0, 1], // Produce
  [1, 1], // Fetch
  [2, 0], // ListOffsets
  [3, 0], // Metadata
  [8, 2], // OffsetCommit
  [9, 1], // OffsetFetch
  [10, 0], // FindCoordinator
  [11, 0], // JoinGroup
  [12, 0], // Heartbeat
  [13, 0], // LeaveGroup
  [14, 0], // SyncGroup
  [15, 0], // DescribeGroups
  [16, 0], // ListGroups
  [ASK_VERSIONS, 0],
];

function passOn(client: Socket, port: number): void {
  const broker = connect(port, '127.0.0.1');
  const end = (): void => {
    client.destroy();
    broker.destroy();
  };
  for (const socket of [client, broker]) socket.on('error', end).on('close', end);
  broker.pipe(client);
  eachFrame(client, (frame) => {
    const [request, version, id] = [frame.readInt16BE(0), frame.readInt16BE(2), frame.readInt32BE(4)];
    if (request !== ASK_VERSIONS) {
      broker.write(framed(frame));
      return;
    }
    const known = VERSIONS.map(([key, highest]) => Buffer.concat([int16(key), int16(0), int16(highest)]));
    const waited = version >= 1 ? [int32(0)] : [];
    client.write(framed(Buffer.concat([int32(id), int16(0), int32(known.length), ...known, ...waited])));
  });
}

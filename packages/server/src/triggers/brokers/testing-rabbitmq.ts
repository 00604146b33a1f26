import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect as connectAmqp } from 'amqplib';
import type { TestCertificate } from './testing-certificate.ts';
import { freePorts } from './testing-ports.ts';

const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server';
/** The reason shown for skipped tests. */
export const NO_RABBITMQ = `there is no ${PROGRAM}: apt-get install rabbitmq-server`;
const STARTED = /completed with \d+ plugins/;

export function hasRabbitmq(): boolean {
  return existsSync(PROGRAM);
}

/** A RabbitMQ broker of its own in a temporary folder, on ports of this machine only. Its user is guest, like its password. */
export class TestRabbitmq {
  readonly port: number;
  readonly tlsPort: number;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #nameServer: ChildProcess;
  readonly #account: { uid: number; gid: number } | undefined;
  #broker: ChildProcess | undefined;
  #log = '';

  private constructor(
    [port = 0, nodePort = 0, namePort = 0, tlsPort = 0]: readonly number[],
    certificate?: TestCertificate,
  ) {
    this.port = port;
    this.tlsPort = tlsPort;
    this.#account = process.getuid?.() === 0 ? accountOf('rabbitmq') : undefined;
    this.#folder = mkdtempSync(join(tmpdir(), 'fg-rabbitmq-'));
    const inside = (name: string): string => join(this.#folder, name);
    const settings = [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      'log.console = true',
      'max_message_size = 67108864',
      'log.file = false',
    ];
    if (certificate !== undefined) {
      settings.push(`listeners.ssl.1 = 127.0.0.1:${tlsPort}`);
      settings.push(`ssl_options.certfile = ${inside('cert')}`, `ssl_options.keyfile = ${inside('key')}`);
      for (const [name, text] of Object.entries(certificate)) writeFileSync(inside(name), text);
    }
    writeFileSync(inside('rabbitmq.conf'), `${settings.join('\n')}\n`);
    writeFileSync(inside('plugins'), '[].\n');
    writeFileSync(inside('env.conf'), '');
    if (this.#account !== undefined) {
      chownSync(this.#folder, this.#account.uid, this.#account.gid);
      chmodSync(this.#folder, 0o711);
    }
    this.#env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: this.#folder,
      LANG: 'C.UTF-8',
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(namePort),
      RABBITMQ_NODENAME: `fg${port}@localhost`,
      RABBITMQ_DIST_PORT: String(nodePort),
      RABBITMQ_MNESIA_BASE: inside('data'),
      RABBITMQ_LOG_BASE: inside('log'),
      RABBITMQ_PID_FILE: inside('pid'),
      RABBITMQ_CONFIG_FILE: inside('rabbitmq'),
      RABBITMQ_GENERATED_CONFIG_DIR: inside('generated'),
      RABBITMQ_CONF_ENV_FILE: inside('env.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inside('plugins'),
      // one thread for its schedulers, none of which spins while it waits
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
    };
    this.#nameServer = spawn('epmd', ['-port', String(namePort), '-address', '127.0.0.1'], {
      ...this.#account,
      cwd: this.#folder,
      env: this.#env,
      stdio: 'ignore',
    });
  }

  /** With a certificate, it listens for TLS too. Throws where RabbitMQ is not installed: check `hasRabbitmq` first. */
  static async start(certificate?: TestCertificate): Promise<TestRabbitmq> {
    if (!hasRabbitmq()) throw new Error(NO_RABBITMQ);
    for (let attempt = 1; ; attempt += 1) {
      const rabbitmq = new TestRabbitmq(await freePorts(4), certificate);
      try {
        await rabbitmq.boot();
        return rabbitmq;
      } catch (error) {
        await rabbitmq.stop().catch(() => {});
        // another program took one of the ports meanwhile
        if (attempt === 3 || !String(error).includes('eaddrinuse')) throw error;
      }
    }
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  /** Stores messages; the exchange is made when it is missing. */
  async publish(exchange: string, ...texts: readonly string[]): Promise<void> {
    await this.#publish(exchange, texts, () => ({}));
  }

  /** The same, of messages whose ids are their texts. */
  async publishWithIds(exchange: string, ...texts: readonly string[]): Promise<void> {
    await this.#publish(exchange, texts, (messageId) => ({ messageId }));
  }

  /** Messages of a queue that are not delivered; undefined while the queue does not exist. */
  async waiting(queue: string): Promise<number | undefined> {
    const model = await connectAmqp(this.url);
    model.on('error', () => undefined);
    try {
      const channel = await model.createChannel();
      channel.on('error', () => undefined);
      const { messageCount } = await channel.checkQueue(queue);
      return messageCount;
    } catch {
      return undefined;
    } finally {
      await model.close();
    }
  }

  async #publish(exchange: string, texts: readonly string[], propertiesOf: (text: string) => object): Promise<void> {
    const model = await connectAmqp(this.url);
    model.on('error', () => undefined);
    const channel = await model.createConfirmChannel();
    await channel.assertExchange(exchange, 'fanout', { durable: true });
    for (const text of texts) {
      channel.publish(exchange, '', Buffer.from(text), { persistent: true, ...propertiesOf(text) });
    }
    await channel.waitForConfirms();
    await model.close();
  }

  /** Starts the broker, again after `kill`; resolves when it takes connections. */
  async boot(): Promise<void> {
    const broker = spawn(PROGRAM, [], {
      ...this.#account,
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // a shell starts the broker: both are killed as a group
      detached: true,
    });
    this.#broker = broker;
    const started = Promise.withResolvers<void>();
    const read = (chunk: Buffer): void => {
      this.#log = (this.#log + chunk.toString('utf8')).slice(-8192);
      if (STARTED.test(this.#log)) started.resolve();
    };
    broker.stdout.on('data', read);
    broker.stderr.on('data', read);
    broker.once('exit', () => started.reject(new Error(`RabbitMQ ended while it started: ${this.#log}`)));
    await started.promise;
    this.#log = '';
  }

  /** Ends the broker like a crash. */
  async kill(): Promise<void> {
    const broker = this.#broker;
    this.#broker = undefined;
    if (broker?.pid === undefined || broker.exitCode !== null || broker.signalCode !== null) return;
    const exit = once(broker, 'exit');
    process.kill(-broker.pid, 'SIGKILL');
    await exit;
    // the shell has exited; the broker may take a moment longer
    while (await answers(this.port)) await setTimeout(10);
  }

  /** Ends the broker and removes its data. */
  async stop(): Promise<void> {
    await this.kill();
    this.#nameServer.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function accountOf(user: string): { uid: number; gid: number } {
  const idOf = (flag: string): number => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

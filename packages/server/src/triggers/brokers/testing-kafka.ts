import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const BOOTSTRAP = /bootstrap\.servers=127\.0\.0\.1:(\d+)/;
/** The reason shown for skipped tests. */
export const NO_KCAT = 'there is no program kcat: apt-get install kcat';

export function hasKcat(): boolean {
  return spawnSync('kcat', ['-V'], { stdio: 'ignore' }).error === undefined;
}

/**
 * The mock cluster of librdkafka: one broker in memory, with groups and offsets, without TLS and logins. What it stored
 * ends with it. A topic has four partitions and is made by the first message.
 */
export class TestKafka {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.port = port;
  }

  /** Throws where kcat is not installed: check `hasKcat` first. */
  static async start(): Promise<TestKafka> {
    const settings = ['-X', 'test.mock.num.brokers=1', '-X', 'allow.auto.create.topics=true', '-d', 'mock'];
    // its own consumer, of a topic without messages, keeps it running
    const child = spawn('kcat', ['-C', '-q', '-b', 'unused', '-t', 'unused', ...settings], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const started = Promise.withResolvers<number>();
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (BOOTSTRAP.test(log)) return;
      log += chunk.toString('utf8');
      const port = BOOTSTRAP.exec(log)?.[1];
      if (port !== undefined) started.resolve(Number(port));
    });
    child.on('error', () => started.reject(new Error(NO_KCAT)));
    child.on('exit', () => started.reject(new Error(`kcat ended: ${log}`)));
    return new TestKafka(child, await started.promise);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Stores messages; those with the same key are in one partition. */
  publish(topic: string, messages: readonly string[], key?: string): Promise<void> {
    return run(['-P', '-b', this.address, '-t', topic, ...(key === undefined ? [] : ['-k', key])], messages.join('\n'));
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}

async function run(args: readonly string[], input: string): Promise<void> {
  const child = spawn('kcat', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let error = '';
  child.stderr.on('data', (chunk: Buffer) => {
    error += chunk.toString('utf8');
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`kcat failed: ${error}`);
}

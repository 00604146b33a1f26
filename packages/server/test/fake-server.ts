import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@funcgraph/api';
import { pino } from 'pino';
import { inject } from 'vitest';
import { type RunningServer, startServer } from '../src/composition/index.ts';
import { type Config, loadConfig } from '../src/config/index.ts';
import { type FakeFunction, FakeSandboxDriver } from '../src/instances/sandbox/fake/index.ts';
import { openRunDir } from '../src/launcher/index.ts';
import type { Clock } from '../src/lib/clock.ts';
import { ManualClock } from '../src/lib/manual-clock.ts';
import { emptySqlite } from '../src/storage/testing.ts';

export interface FakeParts {
  readonly doors?: boolean;
  /** Stands at a time of its own unless it is given: SDKs sign with that of the machine. */
  readonly clock?: ManualClock;
}

/**
 * The settings of a server below a folder, on free ports. Its data directory has the interpreters of the machine, as
 * after a start: no server of a test has to start each of them for its version.
 */
export async function fakeConfig(folder: string, changes: Partial<Config> = {}): Promise<Config> {
  const dataDir = join(folder, 'data');
  const runtimes = join(dataDir, 'runtimes');
  await cp(inject('preparedRuntimes'), runtimes, { recursive: true, preserveTimestamps: true });
  const ports = ['--port', '--gateway-port', '--storage-port'].flatMap((flag) => [flag, '0']);
  const config = loadConfig(['--data-dir', dataDir, '--log-level', 'silent', ...ports], {});
  return { ...config, prewarm: 0, ...changes };
}

/** The whole server with time in the test's hand and instances whose runtime is the test's own code. */
export class FakeServer implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly driver: FakeSandboxDriver;
  readonly running: RunningServer;
  readonly api: Client;
  readonly projectId: string;
  readonly user: { readonly name: string; readonly password: string };
  readonly key: { readonly accessKey: string; readonly secretKey: string };
  readonly dataDir: string;
  readonly #folder: string;

  private constructor(
    parts: { clock: ManualClock; driver: FakeSandboxDriver; running: RunningServer; folder: string },
    credentials: Record<string, string>,
  ) {
    this.clock = parts.clock;
    this.driver = parts.driver;
    this.running = parts.running;
    this.#folder = parts.folder;
    this.dataDir = join(parts.folder, 'data');
    this.projectId = credentials.project_id ?? '';
    this.user = { name: credentials.user ?? '', password: credentials.password ?? '' };
    this.key = { accessKey: credentials.access_key ?? '', secretKey: credentials.secret_key ?? '' };
    this.api = createClient({
      endpoint: parts.running.endpoint,
      auth: { kind: 'key', ...this.key },
      now: () => parts.clock.now(),
    });
  }

  static async start(
    fn: FakeFunction,
    changes: Partial<Config> = {},
    log = pino({ level: 'silent' }),
    { clock = new ManualClock(), ...sandboxes }: FakeParts = {},
  ): Promise<FakeServer> {
    const folder = await mkdtemp(join(tmpdir(), 'funcgraph-fake-'));
    const config = await fakeConfig(folder, changes);
    const driver = new FakeSandboxDriver(fn, sandboxes);
    try {
      // The methods are handed on without their object in places.
      const bound: Clock = {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        after: (ms, run) => clock.after(ms, run),
        afterReads: (ms, run) => clock.afterReads(ms, run),
      };
      const parts = {
        log,
        clock: bound,
        driver,
        runtimeDir: folder,
        emptyDatabase: await emptySqlite(),
        passwordCost: 2,
      };
      const running = await startServer(config, parts);
      const credentials = JSON.parse(await readFile(running.credentialsFile, 'utf8')) as Record<string, string>;
      return new FakeServer({ clock, driver, running, folder }, credentials);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Creates a function of a runtime that this machine has; it runs in the fake sandbox. */
  async deploy(name: string): Promise<{ project_id: string; function_urn: string }> {
    const project = { project_id: this.projectId };
    const { data: types } = await this.api.call('listRuntimeTypes', { params: project });
    const runtime = (types as { type: string }[]).find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
    const { data } = await this.api.call('createFunction', {
      params: project,
      body: { func_name: name, package: 'default', runtime, handler: 'index.handler', timeout: 10, memory_size: 128 },
    });
    return { ...project, function_urn: data.func_urn };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.stop();
    await rm(await openRunDir(join(this.#folder, 'data'), this.#folder), { recursive: true, force: true });
    await rm(this.#folder, { recursive: true, force: true });
  }
}

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ociConfig, type Start } from './oci-config.ts';

/** Why no container can be started here; undefined where one can. */
export function noCrun(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root starts containers';
  if (spawnSync('crun', ['--version']).error !== undefined) return 'there is no crun: apt-get install crun';
  return undefined;
}

/** crun refuses a machine with both versions of cgroups unless version 2 is out of its sight. */
const ONE_VERSION = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec crun --cgroup-manager=cgroupfs "$@"';
const crun = (args: readonly string[]) => ['--mount', 'sh', '-c', ONE_VERSION, 'crun', ...args];

/** Processes that are frozen in a group of version 1 cannot be killed, and the container does not end before they do. */
function thawBelow(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('freezer.state')) writeFileSync(join(folder, name), 'THAWED');
}

let made = 0;

/** A container under crun, without an engine. */
export class Container {
  readonly #child: ChildProcess;
  readonly #id: string;
  readonly #ended: Promise<number | null>;
  output = '';

  private constructor(child: ChildProcess, id: string) {
    this.#child = child;
    this.#id = id;
    this.#ended = once(child, 'close').then(([code]) => code as number | null);
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
  }

  /** `folder` gets the configuration of the runtime. */
  static start(folder: string, start: Start): Container {
    made += 1;
    const id = `funcgraph-test-${process.pid}-${made}`;
    const bundle = join(folder, id);
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(ociConfig(start)));
    const child = spawn('unshare', crun(['run', '--bundle', bundle, id]), { stdio: ['ignore', 'pipe', 'pipe'] });
    return new Container(child, id);
  }

  /** Resolves with the exit code of its process. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Runs a program in it to its end. */
  exec(args: readonly string[]): Promise<{ code: unknown; output: string }> {
    return new Promise((resolve) => {
      execFile('unshare', crun(['exec', this.#id, ...args]), (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
      });
    });
  }

  /** As an engine stops it. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) spawnSync('unshare', crun(['kill', this.#id, 'TERM']));
    return this.#ended;
  }

  /** Leaves nothing of it, whatever it does. */
  async remove(): Promise<void> {
    thawBelow(join('/sys/fs/cgroup/freezer', this.#id));
    spawnSync('unshare', crun(['delete', '--force', this.#id]));
    await this.#ended;
  }
}

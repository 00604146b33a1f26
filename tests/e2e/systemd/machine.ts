import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ofPrograms, type ProgramRun, ROOT } from '../../server.ts';

const BOOT = join(ROOT, 'tests/e2e/systemd/boot.sh');
const NAMESPACES = ['--mount', '--pid', '--cgroup', '--uts', '--ipc'];
/** systemd needs a second; the machine may be busy. */
const BOOT_MS = 120_000;
const LOOK_MS = 200;

/** systemd could not be started here; the message says why. */
export class NoSystemd extends Error {}

/** A systemd of its own: processes, units, control groups and `/run` are apart from those of the machine. */
export class SystemdMachine implements AsyncDisposable {
  readonly folder: string;
  readonly #boot: ChildProcess;
  readonly #exited: Promise<unknown>;
  #init = 0;
  #log = '';

  private constructor(folder: string) {
    this.folder = folder;
    const group = `fgs-systemd-${randomBytes(6).toString('hex')}`;
    this.#boot = spawn('unshare', ['--mount', 'sh', BOOT, folder, group], { env: ofPrograms(), stdio: 'pipe' });
    for (const stream of [this.#boot.stdout, this.#boot.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString('utf8');
      });
    }
    this.#exited = once(this.#boot, 'close').catch(() => {});
  }

  /** Rejects with `NoSystemd` where systemd is missing or does not come up. */
  static async boot(): Promise<SystemdMachine> {
    if (process.getuid?.() !== 0) throw new NoSystemd('only root can make namespaces for systemd');
    if (!existsSync('/usr/lib/systemd/systemd')) throw new NoSystemd('the package systemd is not installed');
    const machine = new SystemdMachine(await mkdtemp(join(tmpdir(), 'fgs-systemd-')));
    if (await machine.#isUp()) return machine;
    await machine[Symbol.asyncDispose]();
    throw new NoSystemd(`systemd does not come up here: ${machine.#log.trim().slice(-2000)}`);
  }

  /** Runs a program of the machine beside its services. */
  async run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProgramRun> {
    const words = ['--target', String(this.#init), ...NAMESPACES, `--wd=${this.folder}`, program, ...args];
    const child = spawn('nsenter', words, { env: { ...ofPrograms(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#init !== 0) process.kill(this.#init, 'SIGKILL');
    else this.#boot.kill('SIGKILL');
    await this.#exited;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Whether it has started all units, before the time is over. */
  async #isUp(): Promise<boolean> {
    const end = Date.now() + BOOT_MS;
    while (Date.now() < end && this.#boot.exitCode === null) {
      // boot.sh → unshare → process 1
      this.#init = childOf(childOf(this.#boot.pid ?? 0));
      if (this.#init !== 0) {
        const { stdout } = await this.run('systemctl', ['is-system-running']);
        if (/^(running|degraded)$/m.test(stdout.toString('utf8'))) return true;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return false;
  }
}

/** The first one; 0 without. */
function childOf(pid: number): number {
  try {
    return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10) || 0;
  } catch {
    return 0;
  }
}

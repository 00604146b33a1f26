import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { agentGroups, subfolders } from '../e2e/isolation/sandbox-bench.ts';
import { commandOf, type TestServer } from '../server.ts';

/** What belongs to one test server, noted while it runs, so that it can be looked for when it should be gone. */
export class Belongings {
  readonly #runDir: string;
  readonly #dataDir: string;
  readonly #owners = new Set<string>();

  constructor(server: TestServer) {
    this.#runDir = server.runDir;
    this.#dataDir = server.dataDir;
    this.note();
  }

  /** Remembers the agents that are there now. */
  note(): void {
    for (const name of subfolders(this.#runDir)) if (name !== 'tmp' && name !== 'links') this.#owners.add(name);
  }

  /** The names of their folders, in the order in which they were noted. */
  get agents(): readonly string[] {
    return [...this.#owners];
  }

  /** Processes, cgroups, mounts, loop devices and folders that are there now, a line each; `except`: agents that may live. */
  left(except: readonly string[] = []): string[] {
    const owners = [...this.#owners].filter((owner) => !except.includes(owner));
    const mine = (text: string): boolean => owners.some((owner) => text.includes(owner));
    return [
      ...processes()
        .filter(([, command]) => mine(command))
        .map(([pid, command]) => `process ${pid} ${command}`),
      ...agentGroups()
        .filter(mine)
        .map((group) => `cgroup ${group}`),
      ...readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .filter(mine)
        .map((line) => `mount ${line}`),
      ...loopFiles()
        .filter(mine)
        .map((file) => `loop ${file}`),
      ...subfolders(this.#runDir)
        .filter(mine)
        .map((name) => `folder ${name}`),
    ];
  }

  /** The same for a server that is stopped: nothing that mentions its folders may be left. */
  leftAfterStop(): string[] {
    const mentions = (text: string): boolean => text.includes(this.#runDir) || text.includes(this.#dataDir);
    const rest = processes()
      .filter(([, command]) => mentions(command))
      .map(([pid, command]) => `process ${pid} ${command}`);
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(mentions);
    return [...this.left(), ...rest, ...mounts, ...loopFiles().filter(mentions)];
  }
}

function processes(): [number, string][] {
  return subfolders('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => [Number(pid), commandOf(Number(pid))]);
}

/** Processes in the control groups of one instance, as the host sees them. */
export function processesOf(instanceId: string): number[] {
  return processes()
    .map(([pid]) => pid)
    .filter((pid) => groupsOf(pid).includes(instanceId));
}

function groupsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return ''; // it ended while we looked
  }
}

/** Files behind the loop devices of this machine. */
function loopFiles(): string[] {
  return readdirSync('/sys/block')
    .map((name) => `/sys/block/${name}/loop/backing_file`)
    .filter((file) => existsSync(file))
    .map((file) => {
      try {
        return readFileSync(file, 'utf8').trim();
      } catch {
        return '';
      }
    });
}

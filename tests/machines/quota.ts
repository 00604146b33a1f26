import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
const PERIOD_US = 100_000;

/** Whether this machine has separate hierarchies; its controllers are folders then. */
const isV1 = existsSync(join(ROOT, 'cpu'));

/** Where the group of a name is, in each hierarchy that limits something. */
export function groupFolders(name: string): readonly string[] {
  return isV1 ? ['cpu', 'memory', 'cpuacct'].map((controller) => join(ROOT, controller, name)) : [join(ROOT, name)];
}

/** A control group with limits for the processes that start in it, as far as this machine lets us make one. */
export class Quota implements Disposable {
  /** Undefined when it limits; otherwise why not. */
  readonly whyNot: string | undefined;
  readonly #folders: readonly string[];

  constructor(name: string) {
    this.#folders = groupFolders(name);
    this.whyNot = this.#make();
  }

  /** Words before a program that starts in the group. */
  get words(): readonly string[] {
    if (this.whyNot !== undefined) return [];
    const enter = this.#folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`);
    return ['/bin/sh', '-c', `${enter.join(' && ')} && exec "$@"`, 'sh'];
  }

  /** Puts a process that runs already into the group, with the children that it starts from now on. */
  add(pid: number): void {
    if (this.whyNot === undefined)
      for (const folder of this.#folders) writeFileSync(join(folder, 'cgroup.procs'), `${pid}`);
  }

  /** Processors, such as 0.25; undefined for no limit. May change while processes run. */
  limitProcessors(processors: number | undefined): void {
    const us = processors === undefined ? undefined : Math.round(processors * PERIOD_US);
    if (isV1) this.#write('cpu.cfs_quota_us', String(us ?? -1));
    else this.#write('cpu.max', `${us ?? 'max'} ${PERIOD_US}`);
  }

  /** Whatever else runs on this machine, the processes get the processor time of their limit. */
  comeFirst(): void {
    this.#write(isV1 ? 'cpu.shares' : 'cpu.weight', isV1 ? '200000' : '10000');
  }

  limitMemory(bytes: number): void {
    this.#write(isV1 ? 'memory.limit_in_bytes' : 'memory.max', String(bytes));
  }

  /** Seconds of processor time that the group has used. */
  get usedSeconds(): number {
    if (this.whyNot !== undefined) return Number.NaN;
    const [folder = ''] = this.#folders;
    if (!isV1) return Number(/^usage_usec (\d+)/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8'))?.[1]) / 1e6;
    return Number(readFileSync(join(folder.replace('/cpu/', '/cpuacct/'), 'cpuacct.usage'), 'utf8')) / 1e9;
  }

  [Symbol.dispose](): void {
    for (const folder of this.#folders) {
      try {
        rmdirSync(folder);
      } catch {
        // processes in it are about to end: the guard of the network removes it
      }
    }
  }

  #make(): string | undefined {
    try {
      if (!isV1) writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+cpu +memory');
      for (const folder of this.#folders) mkdirSync(folder, { recursive: true });
      this.limitProcessors(undefined);
      return undefined;
    } catch (error) {
      return `no control group can be made: ${(error as Error).message}`;
    }
  }

  #write(file: string, text: string): void {
    if (this.whyNot !== undefined) return;
    const folder = this.#folders.find((each) => existsSync(join(each, file)));
    if (folder === undefined) throw new Error(`no control group has ${file}`);
    writeFileSync(join(folder, file), text);
  }
}

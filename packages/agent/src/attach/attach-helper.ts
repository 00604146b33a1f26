import type { Source } from '../sources/sources.ts';
import { type Attacher, type AttachTarget, NOTHING_TO_PREPARE, type Preparation } from './attacher.ts';
import { HelperProcess } from './helper-process.ts';

/**
 * Attaches through a small long-running program: it enters the mount namespace of the sandbox, mounts there and returns
 * to its own, which the kernel forbids to a process with threads. After its death it is restarted by the next request.
 */
export class AttachHelper implements Attacher {
  readonly #program: string;
  #running: Promise<HelperProcess> | undefined;

  private constructor(program: string) {
    this.#program = program;
  }

  /** Throws `ATTACH_FAILED` when the program cannot run or the kernel does not let it work. */
  static async open(program: string): Promise<AttachHelper> {
    const helper = new AttachHelper(program);
    await helper.#start();
    return helper;
  }

  async attach(sandbox: AttachTarget, source: Source, target: string): Promise<void> {
    const running = await this.#start();
    await running.attach(sandbox, source, target);
  }

  async prepare(): Promise<Preparation> {
    return NOTHING_TO_PREPARE;
  }

  async close(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    await running?.close();
  }

  #start(): Promise<HelperProcess> {
    if (this.#running !== undefined) return this.#running;
    const starting = HelperProcess.start(this.#program);
    this.#running = starting;
    const forget = () => {
      if (this.#running === starting) this.#running = undefined;
    };
    starting.then((helper) => helper.ended).then(forget, forget);
    return starting;
  }
}

import type { Source } from '../sources/sources.ts';
import { type Attacher, type AttachTarget, NOTHING_TO_PREPARE, type Preparation } from './attacher.ts';
import { ATTACHING } from './helper-process.ts';
import { LastingHelper } from './lasting-helper.ts';

/**
 * Attaches through a small long-running program: it enters the mount namespace of the sandbox, mounts there and returns
 * to its own, which the kernel forbids to a process with threads. After its death it is restarted by the next request.
 */
export class AttachHelper implements Attacher {
  readonly makesTargets = true;
  readonly #helper: LastingHelper;

  private constructor(helper: LastingHelper) {
    this.#helper = helper;
  }

  /** Throws `ATTACH_FAILED` when the program cannot run or the kernel does not let it work. */
  static async open(program: string): Promise<AttachHelper> {
    return new AttachHelper(await LastingHelper.open(program, ATTACHING));
  }

  async attach(sandbox: AttachTarget, source: Source, target: string, makes = false): Promise<void> {
    const helper = await this.#helper.process();
    await helper.attach(sandbox, source, target, makes);
  }

  async prepare(): Promise<Preparation> {
    return NOTHING_TO_PREPARE;
  }

  close(): Promise<void> {
    return this.#helper.close();
  }
}

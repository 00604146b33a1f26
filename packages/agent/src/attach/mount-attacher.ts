import { mkdirSync, rmdirSync } from 'node:fs';
import { AgentError } from '../agent-error.ts';
import { runHostCommand } from '../host-command.ts';
import { CODE_PATH } from '../protocol.ts';
import type { Source } from '../sources/sources.ts';
import type { Attacher, AttachTarget, Preparation } from './attacher.ts';

/**
 * Constant text; the source (open as descriptor 3), staging folder and slot vary. The mount at the slot must be
 * read-only from the start: a later remount would change our mount and not the copy in the sandbox.
 */
const ATTACH = `
mount --no-canonicalize --bind --make-private /proc/self/fd/3 "$1" || exit 1
mount -o remount,bind,ro,nosuid,nodev "$1" && mount --bind "$1" "$2"
done=$?
umount "$1"
exit $done
`;

/**
 * Attaches without a helper: each sandbox has a folder of a shared mount from its start, and mounts made there
 * propagate into the sandbox. Ten times slower, needs one mount of the agent for each assigned sandbox, and supports
 * only `CODE_PATH`.
 */
export class MountAttacher implements Attacher {
  readonly makesTargets = false;
  readonly #slots: string;
  readonly #staging: string;
  readonly #attached = new Map<string, Promise<void>>();

  private constructor(folder: string) {
    this.#slots = `${folder}/slots`;
    this.#staging = `${folder}/staging`;
  }

  /**
   * Sandbox users need search permission on `folder`, in the agent's own mount namespace. Throws `HOST_COMMAND_FAILED`.
   */
  static async open(folder: string): Promise<MountAttacher> {
    const attacher = new MountAttacher(folder);
    for (const path of [attacher.#slots, attacher.#staging]) mkdirSync(path, { recursive: true, mode: 0o711 });
    const slots = attacher.#slots;
    await runHostCommand('mount', ['--bind', '--make-private', slots, slots]);
    await runHostCommand('mount', ['--make-shared', slots]);
    return attacher;
  }

  async attach({ id }: AttachTarget, { descriptor }: Source, target: string): Promise<void> {
    if (target !== CODE_PATH) {
      throw new AgentError('ATTACH_FAILED', `without the attach helper nothing can be attached at ${target}`, {
        hint: 'install a C compiler and build again',
      });
    }
    const mounting = this.#mount(id, descriptor);
    this.#attached.set(id, mounting);
    try {
      await mounting;
    } catch (cause) {
      // The mount at the slot is the last step, so it does not exist yet.
      this.#attached.delete(id);
      throw new AgentError('ATTACH_FAILED', 'code could not be attached to the sandbox', { cause });
    }
  }

  async prepare(id: string): Promise<Preparation> {
    const slot = this.#slot(id);
    mkdirSync(slot, { mode: 0o755 });
    return { binds: [{ source: slot, target: CODE_PATH }], release: () => this.#release(id) };
  }

  async close(): Promise<void> {
    await runHostCommand('umount', ['--lazy', this.#slots]);
  }

  async #mount(id: string, descriptor: number): Promise<void> {
    const staging = `${this.#staging}/${id}`;
    mkdirSync(staging, { mode: 0o700 });
    try {
      await runHostCommand('sh', ['-c', ATTACH, 'funcgraph-attach', staging, this.#slot(id)], [descriptor]);
    } finally {
      rmdirSync(staging);
    }
  }

  /** A sandbox may be stopped in the middle of its assignment. */
  async #release(id: string): Promise<void> {
    const mounting = this.#attached.get(id);
    this.#attached.delete(id);
    if (mounting !== undefined) {
      await mounting.then(
        () => runHostCommand('umount', ['--lazy', this.#slot(id)]),
        () => {},
      );
    }
    rmdirSync(this.#slot(id));
  }

  #slot(id: string): string {
    return `${this.#slots}/${id}`;
  }
}

import type { SandboxSpec } from '../../protocol.ts';
import type { Source, Sources } from '../../sources/sources.ts';
import { type DescriptorBind, SOURCES_FD } from './arguments.ts';

interface TargetedSource {
  readonly source: Source;
  readonly target: string;
}

/** All sources of a sandbox that the server names, held open from the check until they are bound. */
export class SpecSources {
  readonly #binds: readonly TargetedSource[];
  readonly #link: Source;
  readonly #root: Source | undefined;

  private constructor(binds: readonly TargetedSource[], link: Source, root: Source | undefined) {
    this.#binds = binds;
    this.#link = link;
    this.#root = root;
  }

  /** Throws `SOURCE_REFUSED`, `BIND_UNREACHABLE`; then no descriptor stays open. */
  static async open(sources: Sources, { binds, linkSocket, rootfs }: SandboxSpec): Promise<SpecSources> {
    const opened: Source[] = [];
    const open = async (...args: Parameters<Sources['open']>): Promise<Source> => {
      const source = await sources.open(...args);
      opened.push(source);
      return source;
    };
    try {
      const link = await open('link', linkSocket);
      const root = rootfs === undefined ? undefined : await open('image', rootfs.path);
      const targeted: TargetedSource[] = [];
      for (const { source, target } of binds) targeted.push({ source: await open('code', source), target });
      return new SpecSources(targeted, link, root);
    } catch (error) {
      for (const source of opened) source.close();
      throw error;
    }
  }

  /** In the order in which bubblewrap finds them, from `SOURCES_FD` on. */
  get descriptors(): readonly number[] {
    const root = this.#root === undefined ? [] : [this.#root.descriptor];
    return [...this.#binds.map(({ source }) => source.descriptor), this.#link.descriptor, ...root];
  }

  get binds(): readonly DescriptorBind[] {
    return this.#binds.map(({ target }, at) => ({ descriptor: SOURCES_FD + at, target }));
  }

  get linkDescriptor(): number {
    return SOURCES_FD + this.#binds.length;
  }

  get rootDescriptor(): number | undefined {
    return this.#root === undefined ? undefined : this.linkDescriptor + 1;
  }

  close(): void {
    for (const { source } of this.#binds) source.close();
    this.#link.close();
    this.#root?.close();
  }
}

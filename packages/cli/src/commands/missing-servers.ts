import type { StreamItem } from '../framework/index.ts';

/** Names of servers that could not be asked, over the pages of an answer. */
export class MissingServers {
  readonly #names = new Set<string>();

  add({ unreachable_servers: names = [] }: { readonly unreachable_servers?: readonly string[] }): void {
    for (const name of names) this.#names.add(name);
  }

  /** A note for people, and an object for programs; none when all were asked. */
  notes(what: string): readonly StreamItem[] {
    const names = [...this.#names];
    if (names.length === 0) return [];
    const note = `${what} are missing: these servers could not be asked: ${names.join(', ')}`;
    return [{ text: '', note, data: { unreachable_servers: names } }];
  }
}

import type { FlowDefinition } from '@funcgraph/flow';

const MAX_BYTES = 32 * 1024 * 1024;

/** The definitions used last, by digest. What a digest names never changes. */
export class DefinitionCache {
  readonly #known = new Map<string, { readonly definition: FlowDefinition; readonly bytes: number }>();
  #bytes = 0;

  get(digest: string): FlowDefinition | undefined {
    const found = this.#known.get(digest);
    if (found === undefined) return undefined;
    this.#known.delete(digest);
    this.#known.set(digest, found);
    return found.definition;
  }

  /** Parses the stored text. */
  add(digest: string, body: string): FlowDefinition {
    const definition = JSON.parse(body) as FlowDefinition;
    if (this.#known.has(digest)) return definition;
    this.#known.set(digest, { definition, bytes: body.length });
    this.#bytes += body.length;
    for (const [oldest, { bytes }] of this.#known) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#known.delete(oldest);
      this.#bytes -= bytes;
    }
    return definition;
  }
}

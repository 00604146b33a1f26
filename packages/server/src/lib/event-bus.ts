type Handler<T> = (fact: T) => void;

/**
 * Typed events inside the process: facts that already happened, sent to all listeners. Handlers run at once and must
 * not throw.
 */
export class EventBus<Facts extends Record<string, unknown>> {
  readonly #handlers = new Map<keyof Facts, Set<Handler<never>>>();

  on<K extends keyof Facts>(name: K, handler: Handler<Facts[K]>): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    handlers.add(handler as Handler<never>);
    this.#handlers.set(name, handlers);
    return () => handlers.delete(handler as Handler<never>);
  }

  emit<K extends keyof Facts>(name: K, fact: Facts[K]): void {
    for (const handler of this.#handlers.get(name) ?? []) (handler as Handler<Facts[K]>)(fact);
  }
}

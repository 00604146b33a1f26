import { asyncInvocations } from '../functions.ts';
import type { TestServer } from '../server.ts';

export type SyncOutcome = 'ok' | 'interrupted' | 'refused' | 'unreachable' | 'wrong';

const ENDED = /^(SUCCESS|FAIL|CANCEL|DISCARD)/;

/** The record of every call of a soak: request and result. */
export class Ledger {
  readonly #sync = new Map<SyncOutcome, number>();
  /** Accepted request ids by URN that are not known to have ended. */
  readonly #accepted = new Map<string, Set<string>>();
  readonly ended: Record<string, number> = {};
  readonly wrong: string[] = [];
  /** How often which answer. */
  readonly interruptions = new Map<string, number>();

  count(outcome: SyncOutcome): void {
    this.#sync.set(outcome, (this.#sync.get(outcome) ?? 0) + 1);
  }

  /** A call that failed, as far as it may while processes are killed, with what its answer said. */
  interrupted(text: string): void {
    this.count('interrupted');
    const kind = text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|i-[0-9a-f]{16}/g, 'ID').slice(0, 300);
    if (this.interruptions.size < 50 || this.interruptions.has(kind))
      this.interruptions.set(kind, (this.interruptions.get(kind) ?? 0) + 1);
  }

  /** An answer that belongs to another call, or to none. */
  isWrong(text: string): void {
    this.count('wrong');
    if (this.wrong.length < 20) this.wrong.push(text);
  }

  accepted(urn: string, id: string): void {
    const ids = this.#accepted.get(urn) ?? new Set<string>();
    ids.add(id);
    this.#accepted.set(urn, ids);
  }

  get sync(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#sync);
  }

  get open(): string[] {
    return [...this.#accepted.values()].flatMap((ids) => [...ids]);
  }

  /** Notes which accepted events have ended. Those that no listing knows any more stay open: they are lost. */
  async settle(server: TestServer): Promise<void> {
    for (const [urn, open] of this.#accepted) {
      for (const { request_id: id, status } of await asyncInvocations(server, urn)) {
        if (!ENDED.test(status) || !open.delete(id)) continue;
        this.ended[status] = (this.ended[status] ?? 0) + 1;
      }
    }
  }
}

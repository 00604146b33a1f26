import { asyncInvocations } from '../functions.ts';
import type { TestServer } from '../server.ts';
import type { Member } from './fleet.ts';

export type SyncOutcome = 'ok' | 'interrupted' | 'refused' | 'unreachable' | 'wrong';

/** The account of every call of a soak: what was asked, and what became of it. */
export class Ledger {
  readonly #sync = new Map<SyncOutcome, number>();
  /** Accepted request ids by URN. */
  readonly #accepted = new Map<string, Set<string>>();
  readonly wrong: string[] = [];
  /** How often which answer. */
  readonly interruptions = new Map<string, number>();

  told(outcome: SyncOutcome): void {
    this.#sync.set(outcome, (this.#sync.get(outcome) ?? 0) + 1);
  }

  /** A call that failed, as far as it may while things are killed, with what its answer said. */
  interrupted(text: string): void {
    this.told('interrupted');
    const kind = text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|i-[0-9a-f]{16}/g, 'ID').slice(0, 300);
    if (this.interruptions.size < 50 || this.interruptions.has(kind))
      this.interruptions.set(kind, (this.interruptions.get(kind) ?? 0) + 1);
  }

  /** An answer that belongs to another call, or to nobody. */
  isWrong(text: string): void {
    this.told('wrong');
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

  /** How every accepted event ended, by status; `lost` holds ids that nobody knows any more. */
  async settle(
    server: TestServer,
    members: readonly Member[],
  ): Promise<{ ended: Record<string, number>; lost: string[] }> {
    const ended: Record<string, number> = {};
    const lost: string[] = [];
    for (const { urn } of members) {
      const statuses = new Map<string, string>();
      for (const { request_id, status } of await asyncInvocations(server, urn)) statuses.set(request_id, status);
      for (const id of this.#accepted.get(urn) ?? []) {
        const status = statuses.get(id);
        if (status === undefined) lost.push(id);
        else ended[status] = (ended[status] ?? 0) + 1;
      }
    }
    return { ended, lost };
  }
}

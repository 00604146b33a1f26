import type { Signals } from '../../storage/index.ts';
import { type BudgetAnswer, type BudgetRequest, type BudgetTable, LEASE_MS } from './types.ts';

/** The functions are those of the migration `0061-budgets`. */
const JOIN = 'select budget_join($1, $2::bigint)::text as lease';
const EXCHANGE = 'select budget_exchange($1::bigint, $2::bigint, $3::bigint, $4::boolean, $5::jsonb)::text as answer';
const REPLACE = 'delete from budget_lease where home = $1 and id < $2::bigint';
const LEAVE = 'delete from budget_lease where id = $1::bigint';

/** Leases and parts in PostgreSQL. Each step is one statement on the connection for signals, not on one of the pool. */
export class BudgetStore implements BudgetTable {
  readonly #signals: Pick<Signals, 'ask'>;

  constructor(signals: Pick<Signals, 'ask'>) {
    this.#signals = signals;
  }

  async join(home: string): Promise<number> {
    const [row] = await this.#signals.ask<{ lease: string }>(JOIN, [home, LEASE_MS]);
    return Number(row?.lease);
  }

  async replace(home: string, lease: number): Promise<void> {
    await this.#signals.ask(REPLACE, [home, lease]);
  }

  async exchange({ lease, number, sharing, asks }: BudgetRequest): Promise<BudgetAnswer | undefined> {
    const parameters = [lease, number, LEASE_MS, sharing ? 'true' : 'false', JSON.stringify(asks)];
    const [row] = await this.#signals.ask<{ answer: string | null }>(EXCHANGE, parameters);
    return row?.answer == null ? undefined : (JSON.parse(row.answer) as BudgetAnswer);
  }

  async leave(lease: number): Promise<void> {
    await this.#signals.ask(LEAVE, [lease]);
  }
}

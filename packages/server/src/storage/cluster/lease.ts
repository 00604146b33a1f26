import { type CompiledQuery, sql } from 'kysely';
import type { AtomicStatement } from '../atomic.ts';
import { prepared, type Storage } from '../open.ts';
import type { Member } from './membership.ts';

/** Work of this name belongs to this server until it loses its membership, or releases the lease. */
export interface Lease {
  readonly name: string;
  /** Id of the membership that owns it. */
  readonly owner: string;
  readonly epoch: number;
}

/**
 * Named leases on work that one server does for all. A lease belongs to a membership: heartbeats of the server extend all
 * of its leases, and when another server has removed the server, its leases are free. Each new owner has a higher epoch.
 */
export class Leases {
  readonly #storage: Pick<Storage, 'db' | 'kind'>;
  readonly #member: Member;
  readonly #guard: (values: { name: string; epoch: number }) => CompiledQuery;

  constructor(storage: Pick<Storage, 'db' | 'kind'>, member: Member) {
    this.#storage = storage;
    this.#member = member;
    this.#guard = prepared<'name' | 'epoch'>((marker) =>
      storage.db
        .selectFrom('lease')
        .select('name')
        .where('name', '=', marker('name'))
        .where('epoch', '=', marker('epoch'))
        // a new owner waits until the writes with this guard are committed
        .$if(storage.kind === 'postgres', (query) => query.forShare()),
    );
  }

  /** Undefined while another server owns it, or this one is not live. */
  async acquire(name: string): Promise<Lease | undefined> {
    if (!this.#member.isLive()) return undefined;
    const owner = this.#member.id;
    const row = await this.#storage.db
      .insertInto('lease')
      .values({ name, owner, epoch: 1 })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ owner, epoch: sql`lease.epoch + 1` })
          .where((eb) =>
            eb.or([
              eb('lease.owner', '=', owner),
              eb('lease.owner', 'not in', eb.selectFrom('server').select('server.id')),
            ]),
          ),
      )
      .returning('epoch')
      .executeTakeFirst();
    return row === undefined ? undefined : { name, owner, epoch: Number(row.epoch) };
  }

  /** False from the moment in which another server may have taken it; asks no database. */
  isHeld({ owner }: Lease): boolean {
    return this.#member.isLive() && this.#member.id === owner;
  }

  /** Asks the database. */
  async owns({ name, epoch }: Lease): Promise<boolean> {
    const { rows } = await this.#storage.db.executeQuery(this.#guard({ name, epoch }));
    return rows.length === 1;
  }

  /** For the same step as a write under the lease: undoes the step with `storage.guard` if another server took it. */
  guard({ name, epoch }: Lease): AtomicStatement {
    return { query: this.#guard({ name, epoch }), mustAffect: true };
  }

  /** Frees it for other servers, and tells them. */
  async release({ name, epoch }: Lease): Promise<void> {
    const { db, kind } = this.#storage;
    const free = db.updateTable('lease').set({ owner: '' }).where('name', '=', name).where('epoch', '=', epoch);
    if (kind === 'sqlite') await free.execute();
    else await sql`with freed as (${free}) select pg_notify('funcgraph_server', '')`.execute(db);
  }
}

import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/index.ts';

/** A server has room for this many instances of a reservation, and no more. */
export interface ReservedRoom {
  readonly reservation: string;
  readonly home: string;
  readonly most: number;
}

/** Rows of servers with too little room; no rules. Rows go with their server. */
export class ReservedRoomStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of these reservations; all without keys. */
  load(reservations: readonly string[] | undefined): Promise<ReservedRoom[]> {
    return this.#db
      .selectFrom('reserved_room')
      .innerJoin('server', 'server.id', 'reserved_room.server_id')
      .select(['reserved_room.reservation', 'reserved_room.most', 'server.home'])
      .$if(reservations !== undefined, (query) => query.where('reservation', 'in', [...(reservations ?? [])]))
      .execute();
  }

  /** Rejects when the server is no member any more. */
  async set(serverId: string, reservation: string, most: number): Promise<void> {
    await this.#db
      .insertInto('reserved_room')
      .values({ server_id: serverId, reservation, most })
      .onConflict((conflict) => conflict.columns(['server_id', 'reservation']).doUpdateSet({ most }))
      .execute();
  }

  async remove(serverId: string, reservation: string): Promise<void> {
    await this.#db
      .deleteFrom('reserved_room')
      .where('server_id', '=', serverId)
      .where('reservation', '=', reservation)
      .execute();
  }
}

import type { CompiledQuery } from 'kysely';
import { type AtomicStatement, prepared, type Storage } from '../../../storage/index.ts';
import type { Payload } from './append.ts';

/** Databases bound the parameters of a statement. */
const DIGESTS_AT_ONCE = 500;

/** Large values of runs. */
export class PayloadStore {
  readonly #storage: Pick<Storage, 'db'>;
  readonly #put: (values: { run: string; digest: string; payload: Uint8Array }) => CompiledQuery;

  constructor(storage: Pick<Storage, 'db'>) {
    this.#storage = storage;
    this.#put = prepared((marker) =>
      storage.db
        .insertInto('flow_run_payload')
        .values({ run: marker('run'), digest: marker('digest'), payload: marker('payload') })
        .onConflict((conflict) => conflict.columns(['run', 'digest']).doNothing()),
    );
  }

  /** Values that a later append names. */
  async put(run: string, payloads: readonly Payload[]): Promise<void> {
    await Promise.all(payloads.map((payload) => this.#storage.db.executeQuery(this.putting(run, payload).query)));
  }

  /** The statement of `put`, for one of them. */
  putting(run: string, { digest, bytes }: Payload): AtomicStatement {
    return { query: this.#put({ run, digest, payload: bytes }) };
  }

  /** The statements that copy values of a run to a new one. They undo their step when the first run was removed. */
  copying(from: string, to: string, digests: readonly string[]): AtomicStatement[] {
    const { db } = this.#storage;
    const parts = Array.from({ length: Math.ceil(digests.length / DIGESTS_AT_ONCE) }, (_, at) =>
      digests.slice(at * DIGESTS_AT_ONCE, (at + 1) * DIGESTS_AT_ONCE),
    );
    return parts.map((some) => {
      const query = db
        .insertInto('flow_run_payload')
        .columns(['run', 'digest', 'payload'])
        .expression((eb) =>
          eb
            .selectFrom('flow_run_payload')
            .select((each) => [each.val(to).as('run'), 'digest', 'payload'])
            .where('run', '=', from)
            .where('digest', 'in', some),
        )
        .compile();
      return { query, mustAffect: true };
    });
  }

  async get(run: string, digest: string): Promise<Buffer | undefined> {
    const row = await this.#storage.db
      .selectFrom('flow_run_payload')
      .select('payload')
      .where('run', '=', run)
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row === undefined ? undefined : asBuffer(row.payload);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

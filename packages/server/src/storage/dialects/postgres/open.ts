import { MIGRATION_MS, type OpenedDatabase, type PostgresStorageOptions, type StorageOptions } from '../../options.ts';
import { encodeParameters } from '../../parameter.ts';
import { Calls } from './calls.ts';
import { Connections } from './connections.ts';
import { PostgresDialect } from './dialect.ts';
import { entered } from './entry.ts';
import { absent, examine } from './health.ts';
import { KyselyPool } from './kysely-pool.ts';
import { SignalSession } from './signal-session.ts';

/** Throws like `Connections.open`. */
export async function openPostgres(options: StorageOptions & PostgresStorageOptions): Promise<OpenedDatabase> {
  const { connections, first } = await Connections.open(options);
  const calls = new Calls(connections, options.mostAnswerMs);
  const pool = new KyselyPool(connections, calls, MIGRATION_MS);
  const { place, name } = connections;
  const signals = await SignalSession.over(first, { url: options.url, place, name });
  const read = (sql: string): Promise<unknown[]> =>
    connections.during(async () => (await calls.read({ sql, parameters: [] })).rows);
  return {
    kind: 'postgres',
    place,
    schema: connections.schema,
    id: connections.id,
    dialect: new PostgresDialect({ pool }),
    signals,
    async atomic(statements) {
      const sent = statements.map(({ query: { sql, parameters } }) => ({
        sql,
        parameters: encodeParameters(parameters, []),
      }));
      const mustAffect = statements.flatMap(({ mustAffect }, index) => (mustAffect === true ? [index] : []));
      const answers = await connections.during(() => calls.write(sent, mustAffect));
      return answers.map(({ rows, rowCount }) => ({ rows, affected: rowCount }));
    },
    async migrated(maxTransactionMs) {
      calls.migrated();
      pool.maxTransactionMs = maxTransactionMs;
      await entered(first);
    },
    async check() {
      try {
        return await examine(place, read);
      } catch (error) {
        return absent(error, 'start PostgreSQL again; until then changes and asynchronous calls are refused with 503');
      }
    },
    unlessUnavailable: (work) => connections.availability.over(work),
    // autovacuum of PostgreSQL does this
    reclaim: async () => {},
    async close() {
      await connections.close();
      await signals.end();
    },
  };
}

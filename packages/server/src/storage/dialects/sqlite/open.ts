import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { writeDurably } from '../../../lib/durable-file.ts';
import { MIGRATION_MS, type OpenedDatabase, type SqliteStorageOptions, type StorageOptions } from '../../options.ts';
import { SqliteDialect } from './dialect.ts';
import { InlineLink, threadLink } from './link.ts';
import { runAtomic } from './run-atomic.ts';
import { TransactionGate } from './transaction-gate.ts';

/** 1 MB: other statements wait some milliseconds for a step. */
const STEP_PAGES = 256;
const MOST_STEPS = 64;

/** Throws `storage.unreadable` when the file is not a database that this process can write. */
export async function openSqlite(options: StorageOptions & SqliteStorageOptions): Promise<OpenedDatabase> {
  const { file, onDeath, template } = options;
  const isFresh = template !== undefined && options.mustHaveTables !== true && !existsSync(file);
  // without one, as in a program that runs from its sources, the migrations make all tables
  const content = isFresh ? await readFile(template).catch(() => undefined) : undefined;
  const link = file === ':memory:' ? new InlineLink(file, inMemory(content)) : await fileLink(file, content, onDeath);
  const gate = new TransactionGate(link, { maxTransactionMs: MIGRATION_MS });
  return {
    kind: 'sqlite',
    place: file,
    dialect: new SqliteDialect(link, gate),
    atomic: (statements) => runAtomic(link, gate, statements),
    async migrated(maxTransactionMs) {
      gate.maxTransactionMs = maxTransactionMs;
    },
    unlessUnavailable: (work) => work,
    async reclaim() {
      const step = () => gate.run({}, () => link.call({ op: 'reclaim', pages: STEP_PAGES }));
      for (let done = 0; done < MOST_STEPS; done += 1) if ((await step()).changes < STEP_PAGES) return;
    },
    check: async () => ({ ok: true, detail: `SQLite, ${file}` }),
    async close() {
      await gate.drain();
      await link.close();
    },
  };
}

async function fileLink(file: string, content: Buffer | undefined, onDeath: StorageOptions['onDeath']) {
  if (content !== undefined) await writeDurably(file, content);
  return threadLink(file, onDeath);
}

/** There is no write-ahead log in memory: SQLite opens only content whose header does not name one (bytes 18 and 19). */
function inMemory(content: Buffer | undefined): Buffer | undefined {
  return content?.fill(1, 18, 20);
}

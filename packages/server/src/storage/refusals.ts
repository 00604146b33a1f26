import { StorageError } from './errors.ts';

/** A statement of a batch that had to change a row changed none. */
export function guardFailed(index: number): StorageError {
  return new StorageError('storage.guard', `statement ${index + 1} of the batch found no row to work on`, {
    hint: 'Changed by someone else; reload and retry.',
  });
}

/** A transaction unknown to the gate would contain the statements of all other callers. */
export function rawTransaction(): StorageError {
  return new StorageError('storage.raw_transaction', 'BEGIN, COMMIT and ROLLBACK cannot be run as statements', {
    hint: 'Use db.transaction().execute(...).',
  });
}

export function databaseClosed(): StorageError {
  return new StorageError('storage.closed', 'the database is closed', { hint: 'Open it again.' });
}

/** The transaction was open for too long and has been rolled back. */
export function transactionTimeout(ms: number): StorageError {
  return new StorageError('storage.transaction_timeout', `the transaction was open for more than ${ms} ms`, {
    hint: 'Never wait for the network or a person inside a transaction.',
  });
}

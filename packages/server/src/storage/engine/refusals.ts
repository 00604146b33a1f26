import { StorageError } from '../errors.ts';

/** A statement of a batch that had to change something found nothing. */
export function guardFailed(index: number): StorageError {
  return new StorageError('storage.guard', `statement ${index + 1} of the batch found no row to work on`, {
    hint: 'Somebody else was faster. Read again and decide anew.',
  });
}

/** A transaction that the gate knows nothing of would swallow the statements of everybody else. */
export function rawTransaction(): StorageError {
  return new StorageError('storage.raw_transaction', 'BEGIN, COMMIT and ROLLBACK cannot be run as statements', {
    hint: 'Use db.transaction().execute(...).',
  });
}

export function databaseClosed(): StorageError {
  return new StorageError('storage.closed', 'the database is closed', { hint: 'Open it again.' });
}

import type { Socket } from 'node:net';
import type { Client, QueryConfig } from 'pg';
import type { SqlValue } from '../../parameter.ts';
import { unavailable } from './failure.ts';
import { StatementNames } from './statement-names.ts';
import { toWire } from './values.ts';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export interface Answer {
  readonly rows: unknown[];
  /** The command tag of the database: `INSERT`, `SELECT`, … */
  readonly command: string;
  /** Number of rows that the statement changed or returned. */
  readonly rowCount: number;
}

/** Names are the same in every session: `pg` knows which of them a session has prepared. */
const names = new StatementNames();

/** Sends a statement, without waiting for the answers of earlier ones. */
export function send(client: Client, { sql, parameters }: Statement): Promise<Answer> {
  const name = names.of(sql);
  return query(client, { text: sql, values: parameters.map(toWire), ...(name === undefined ? {} : { name }) });
}

/** Sends a statement without parameters and name, such as `begin`. */
export function control(client: Client, text: string): Promise<Answer> {
  return query(client, { text });
}

/** Sends an internal statement and returns its rows. */
export async function ask<Row>(client: Client, text: string, values: readonly SqlValue[] = []): Promise<Row[]> {
  const { rows } = await query(client, { text, values: values.map(toWire) });
  return rows as Row[];
}

/** Calls `work` and sends its statements in one write. */
export function together<T>(client: Client, work: () => T): T {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.cork();
  try {
    return work();
  } finally {
    stream.uncork();
  }
}

/** Rejects the unanswered statements of the client when the database does not answer `work` in time. */
export async function inTime<T>(client: Client, ms: number, work: Promise<T>): Promise<T> {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const deadline = setTimeout(() => stream.destroy(unavailable(`the database did not answer for ${ms} ms`)), ms);
  try {
    return await work;
  } finally {
    clearTimeout(deadline);
  }
}

export interface Watch {
  /** How often `isLost` is asked. */
  readonly everyMs: number;
  /** Afterwards the answer counts as lost. */
  readonly mostMs: number;
  /** Whether the answer will not come any more. `isSilent`: nothing was received since the call. */
  readonly isLost: (isSilent: () => boolean) => Promise<boolean>;
}

/** Rejects the unanswered statements of the client when the answer to `work` is lost. */
export async function watched<T>(client: Client, { everyMs, mostMs, isLost }: Watch, work: Promise<T>): Promise<T> {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const begin = performance.now();
  let settled = false;
  let next: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    if (performance.now() - begin >= mostMs) {
      stream.destroy(unavailable(`the database did not answer for ${mostMs} ms`));
      return;
    }
    const { bytesRead } = stream;
    if (await isLost(() => !settled && stream.bytesRead === bytesRead)) {
      stream.destroy(unavailable('the answer of the database was lost'));
    } else if (!settled) {
      lookAgain();
    }
  };
  const lookAgain = (): void => {
    next = setTimeout(() => void look(), Math.min(everyMs, Math.max(0, begin + mostMs - performance.now())));
  };
  lookAgain();
  try {
    return await work;
  } finally {
    settled = true;
    clearTimeout(next);
  }
}

function query(client: Client, config: QueryConfig): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // with a callback, because `pg` captures a stack trace for each promise
    void client.query(config, (error, { rows, command, rowCount } = NOTHING) => {
      if (error) reject(error);
      else resolve({ rows, command, rowCount: rowCount ?? 0 });
    });
  });
}

const NOTHING = { rows: [], command: '', rowCount: 0 } as never;

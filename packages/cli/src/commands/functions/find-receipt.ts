import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type Receipt } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';

const RECEIPT_TRIES = 10;
const RECEIPT_PAUSE_MS = 50;

/** The server writes receipts beside the answer, not before it: the first look-up may be too early. */
export async function findReceipt(
  connection: Connection,
  requestId: string,
  signal: AbortSignal,
): Promise<Receipt | undefined> {
  for (let tries = 0; tries < RECEIPT_TRIES; tries++) {
    try {
      const params = { project_id: connection.credentials.projectId, request_id: requestId };
      return (await connection.client.call('showReceipt', { params, signal })).data;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 404) return undefined;
      await delay(RECEIPT_PAUSE_MS, undefined, { signal });
    }
  }
  return undefined;
}

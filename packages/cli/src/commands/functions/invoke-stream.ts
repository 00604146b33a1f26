import type { Connection, FunctionParams } from '../../connection/index.ts';
import { type Context, EXIT, type StreamItem } from '../../framework/index.ts';
import { receiptLine } from '../receipt-text.ts';
import { findReceipt } from './find-receipt.ts';

/**
 * Invokes and prints the result as it arrives, then the receipt. A result that breaks off ends as a failed function.
 */
export async function* invokeStream(
  connection: Connection,
  params: FunctionParams,
  body: Uint8Array<ArrayBuffer>,
  context: Context,
): AsyncGenerator<StreamItem> {
  const { signal } = context;
  const headers = { 'X-CFF-Request-Version': 'v0', 'X-CFF-Response-Stream': 'true' };
  const answer = await connection.client.pieces('invokeFunction', { params, body, headers, signal });
  const requestId = answer.headers.get('x-cff-request-id') ?? '';
  const decoder = new TextDecoder();
  let isComplete = true;
  try {
    for await (const bytes of answer.pieces) {
      yield { text: '', bytes, data: { piece: decoder.decode(bytes, { stream: true }) } };
    }
  } catch (error) {
    if (signal.aborted) throw error;
    isComplete = false;
  }
  const receipt = requestId === '' ? undefined : await findReceipt(connection, requestId, signal);
  const failed = !isComplete || answer.headers.get('x-is-func-err') === 'true' || (receipt?.code ?? 0) !== 0;
  const reported =
    receipt === undefined ? `${requestId}  ${failed ? 'failed' : 'ok'} (no receipt)` : receiptLine(receipt);
  yield {
    text: '',
    bytes: new Uint8Array(),
    note: isComplete ? reported : `the result broke off\n${reported}`,
    data: { request_id: requestId, failed, receipt: receipt ?? null },
    exitCode: failed ? EXIT.functionFailed : EXIT.ok,
  };
}

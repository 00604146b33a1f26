import { useMutation, useQuery } from '@tanstack/react-query';
import { query, receive } from '../../../api/index.ts';
import { textOfBase64 } from '../../../parts/base64.ts';
import type { ShownFunction } from '../shown-function.ts';
import { type ResponseHeader, responseHeaders } from './response-headers.ts';

export interface TestResult {
  readonly requestId: string;
  readonly isFailure: boolean;
  readonly text: string;
  readonly log: string;
  readonly headers: readonly ResponseHeader[];
}

/** Runs the shown version with an event and waits for its result. */
export function useTestRun({ urn }: ShownFunction) {
  return useMutation({
    mutationFn: async (event: string, { client }): Promise<TestResult> => {
      const input = {
        params: { function_urn: urn },
        body: new TextEncoder().encode(event),
        headers: { 'X-CFF-Request-Version': 'v0', 'X-Cff-Log-Type': 'tail' },
      };
      const { headers, bytes } = await receive('invokeFunction', input, client);
      return {
        requestId: headers.get('x-cff-request-id') ?? '',
        isFailure: headers.get('x-is-func-err') === 'true',
        text: new TextDecoder().decode(bytes),
        log: textOfBase64(headers.get('x-cff-function-log') ?? ''),
        headers: responseHeaders(headers),
      };
    },
  });
}

const RECEIPT_TRIES = 15;

/** The server writes receipts beside the answer, not before it: the first look-up may be too early. */
export const useReceipt = (requestId: string) =>
  useQuery({
    ...query('showReceipt', { params: { request_id: requestId } }),
    enabled: requestId !== '',
    retry: (tries, { status }) => status === 404 && tries < RECEIPT_TRIES,
    retryDelay: 100,
    staleTime: Number.POSITIVE_INFINITY,
  });

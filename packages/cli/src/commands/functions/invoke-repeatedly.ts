import type { Connection, FunctionParams } from '../../connection/index.ts';
import { type Context, EXIT, type StreamItem } from '../../framework/index.ts';

export const MOST_REPEATS = 100_000;

interface Repetition {
  readonly params: FunctionParams;
  readonly event: Uint8Array<ArrayBuffer>;
  readonly times: number;
}

/** Invokes one after another, prints each result as text, and at the end the number of failures. A refusal ends it. */
export async function* invokeRepeatedly(
  { client }: Connection,
  { params, event, times }: Repetition,
  { signal }: Context,
): AsyncGenerator<StreamItem> {
  const headers = { 'X-CFF-Request-Version': 'v0' };
  let failures = 0;
  for (let done = 1; done <= times; done += 1) {
    const answer = await client.bytes('invokeFunction', { params, body: event, headers, signal });
    const failed = answer.headers.get('x-is-func-err') === 'true';
    if (failed) failures += 1;
    const result = Buffer.from(answer.bytes).toString('utf8');
    yield {
      text: result,
      data: {
        request_id: answer.headers.get('x-cff-request-id') ?? '',
        failed,
        error_code: Number(answer.headers.get('x-func-err-code') ?? 0),
        result,
      },
      ...(done < times ? {} : { note: `${times} invocations: ${times - failures} ok, ${failures} failed` }),
      exitCode: failures > 0 ? EXIT.functionFailed : EXIT.ok,
    };
  }
}

import type { StreamHead } from '@funcgraph/runtimes';
import { type InvocationResult, invokeSummary } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ApiRequest, type Reply, STREAMED } from '../http/handler.ts';
import { type ResponseHead, ResponseStream } from '../http/response-stream.ts';
import { PlainAnswer } from '../plain/plain-answer.ts';

/** The result of the invocation: headers of a whole answer, trailers of a streamed one. */
export function outcomeHeaders(result: InvocationResult, tail: boolean): Record<string, string> {
  const { receipt, failure } = result;
  const headers: Record<string, string> = {
    'X-Cff-Invoke-Summary': invokeSummary(receipt, result.codeDigest),
    'X-CFF-Billing-Duration': String(Math.ceil(receipt.handler_ms + receipt.init_ms)),
    'X-Func-Err-Code': String(failure?.code ?? 0),
    // a fault of the platform is not the function's, and a client may retry
    'X-Is-Func-Err': String(failure !== undefined && failure.outcome !== 'system_error'),
  };
  if (tail) headers['X-Cff-Function-Log'] = Buffer.from(result.logTail).toString('base64');
  return headers;
}

const TRAILERS = ['X-Cff-Invoke-Summary', 'X-CFF-Billing-Duration', 'X-Func-Err-Code', 'X-Is-Func-Err'];
/** Characters allowed in the media type of a header. */
const MEDIA_TYPE = /^[\x21-\x7e][\x20-\x7e]{0,255}$/;

/**
 * The answer of a direct call whose client takes it in pieces: the function's own bytes as they come. Of the head that a
 * function gives, only the content type is passed on: the status of a direct call is that of the platform.
 */
export class StreamedInvocation {
  readonly #request: ApiRequest<'invokeFunction'>;
  readonly #clock: Clock;
  readonly #tail: boolean;
  #stream: ResponseStream | undefined;

  constructor(request: ApiRequest<'invokeFunction'>, clock: Clock, tail: boolean) {
    this.#request = request;
    this.#clock = clock;
    this.#tail = tail;
  }

  readonly open = (): ResponseStream => {
    const options = { clock: this.#clock, shape: (head: StreamHead) => this.#shape(head) };
    const { response } = this.#request;
    this.#stream = new ResponseStream(response instanceof PlainAnswer ? response.stream() : response, options);
    return this.#stream;
  };

  /** Ends an answer that has begun. A failed one is cut off, so that no client takes it for complete. */
  finish(result: InvocationResult): Reply {
    if (result.failure === undefined) this.#stream?.end(outcomeHeaders(result, this.#tail));
    else this.#stream?.cut();
    return STREAMED;
  }

  #shape({ headers = [] }: StreamHead): ResponseHead {
    const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'application/octet-stream';
    if (!MEDIA_TYPE.test(type)) throw new PlatformError('invalid_gateway_answer', 'the content type is not valid');
    const { id } = this.#request;
    const trailers = this.#tail ? [...TRAILERS, 'X-Cff-Function-Log'] : TRAILERS;
    const flat = ['X-Request-Id', id, 'X-Cff-Request-Id', id, 'X-Cff-Response-Version', 'v0'];
    flat.push('X-Cff-Response-Stream', 'true', 'Content-Type', type, 'Trailer', trailers.join(', '));
    return { statusCode: 200, headers: flat };
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { BodyBudget } from '../bodies/body-budget.ts';
import { bodyClaims } from '../bodies/body-claims.ts';
import { hasBody, type ReadOptions, readBody } from '../bodies/read-body.ts';
import { Spool, type SpooledBody } from '../bodies/spool.ts';
import { UploadWatch } from '../bodies/upload-watch.ts';
import type { Clients } from '../clients/clients.ts';

const MEBIBYTE = 1024 * 1024;
const EMPTY = Buffer.alloc(0);
/** Head and body of a request must arrive within this. */
export const REQUEST_MS = 120_000;
/** Bodies of operations with a larger limit are written to disk first, unless they are small. */
const MOST_IN_MEMORY = 8 * MEBIBYTE;
const SMALL_BYTES = MEBIBYTE;
/** Of the disk, for bodies on their way. */
const SPOOL_BYTES = 2048 * MEBIBYTE;
const TARGET = 'api';
/** `type/subtype`; the reader handles the parameters. */
const MEDIA_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/;

export interface ApiBodiesOptions {
  /** Shared with the gateway of the same clients. */
  readonly budget: BodyBudget;
  readonly dataDir: string;
  readonly clients: Clients;
  readonly clock: Clock;
}

/** The body of a request of the API: in memory, or on disk when it may be large. */
export class ApiBodies {
  readonly #options: ApiBodiesOptions;
  readonly #disk = new BodyBudget(SPOOL_BYTES);
  readonly #spool: Spool;

  constructor(options: ApiBodiesOptions) {
    this.#options = options;
    this.#spool = new Spool(options.dataDir);
  }

  /** Throws like `takeBody`, and `unsupported_media_type`. */
  async receive(request: IncomingMessage, response: ServerResponse, route: Route): Promise<Buffer | SpooledBody> {
    const { 'content-length': declared, 'content-type': type, expect } = request.headers;
    if (route.bodyEncoding === 'json' && type !== undefined && !MEDIA_TYPE.test(type)) {
      throw new PlatformError(
        'unsupported_media_type',
        `Content-Type ${JSON.stringify(type.slice(0, 100))} is not a media type`,
        {
          hint: 'Send application/json.',
        },
      );
    }
    if (!hasBody(request)) return EMPTY;
    const isLarge = route.bodyLimit > MOST_IN_MEMORY && Number(declared ?? Number.POSITIVE_INFINITY) > SMALL_BYTES;
    const { budget, clients, clock } = this.#options;
    const options: ReadOptions = {
      limitBytes: route.bodyLimit,
      tooLarge: (limit) => bodyTooLarge(route, limit),
      room: () => (isLarge ? this.#disk : budget).open(bodyClaims(TARGET, clients.clientOf(request))),
      watch: new UploadWatch(request, clock, REQUEST_MS),
      expectsContinue: expect !== undefined,
    };
    return isLarge ? this.#spool.receive(request, response, options) : readBody(request, response, options);
  }

  /** The rest of a small body whose beginning has arrived. Throws like `takeBody`. */
  rest(request: IncomingMessage, response: ServerResponse, limitBytes: number, begun: Buffer): Promise<Buffer> {
    const { budget, clients, clock } = this.#options;
    return readBody(request, response, {
      limitBytes,
      tooLarge: (limit) => tooLarge('event_too_large', limit),
      room: () => budget.open(bodyClaims(TARGET, clients.clientOf(request))),
      watch: new UploadWatch(request, clock, REQUEST_MS),
      expectsContinue: false,
      begun,
    });
  }
}

function bodyTooLarge({ path }: Route, limit: number): PlatformError {
  return tooLarge(/\/invocations(-async)?$/.test(path) ? 'event_too_large' : 'body_too_large', limit);
}

function tooLarge(code: 'event_too_large' | 'body_too_large', limit: number): PlatformError {
  return new PlatformError(code, `the request body is over the limit of ${limit} bytes`);
}

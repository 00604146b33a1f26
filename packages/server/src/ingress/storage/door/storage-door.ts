import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { Caller, Iam, Peer } from '../../../iam/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { newRequestId } from '../../../lib/ids.ts';
import type { BodyBudget } from '../../bodies/body-budget.ts';
import { bodyClaims } from '../../bodies/body-claims.ts';
import { ClientGone, hasBody } from '../../bodies/read-body.ts';
import { type Clients, sourceOf } from '../../clients/clients.ts';
import { createStreamingServer } from '../../clients/streaming-server.ts';
import type { HttpMeter } from '../../http/http-meter.ts';
import { addressOf } from '../address.ts';
import type { Answer } from '../answers/answer.ts';
import { errorAnswer, isFault } from '../answers/error-answer.ts';
import type { Call, HandlerDeps, HandlersOf } from '../call.ts';
import { StorageError } from '../errors.ts';
import { bucketHandlers } from '../handlers/buckets.ts';
import { configurationHandlers } from '../handlers/configurations.ts';
import { listingHandlers } from '../handlers/listings.ts';
import { objectHandlers } from '../handlers/objects.ts';
import { uploadHandlers } from '../handlers/uploads.ts';
import { type Head, readHead } from '../head.ts';
import { checkExpectedOwner, checkOwnHeaders } from '../operations/own-headers.ts';
import { isProbe, type Operation, type OperationId, operationOf, type SignedOperationId } from '../operations/table.ts';
import { planPayload } from '../payload/plan.ts';
import type { Claim, Dialect } from '../signatures/claim.ts';
import { readClaim } from '../signatures/read-claim.ts';
import { type BodyParts, objectBody, readDocument } from './bodies.ts';
import { answerBroken } from './broken.ts';
import { bucketCaller, type Identified, identify, type StorageIam } from './identify.ts';
import { linger } from './linger.ts';
import { requestBody } from './request-body.ts';
import { send } from './send.ts';
import { Slots } from './slots.ts';

export interface StorageDoorDeps extends HandlerDeps {
  readonly iam: StorageIam & Pick<Iam, 'audit'>;
  /** The name below which buckets are host names, besides localhost. */
  readonly storageHost: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: HttpMeter;
  readonly clients: Clients;
  /** Of the documents that are read whole, shared with the other ports. */
  readonly bodies: BodyBudget;
  /** Does not wait for work that waits for an unavailable database. */
  readonly unlessUnavailable: <T>(work: Promise<T>) => Promise<T>;
}

const MAX_CONNECTIONS = 5_000;

const HANDLERS: HandlersOf<SignedOperationId> = {
  ...bucketHandlers,
  ...listingHandlers,
  ...objectHandlers,
  ...uploadHandlers,
  ...configurationHandlers,
};

/** The HTTP server of the storage port: buckets for clients of S3 and OBS. */
export function createStorageDoor(deps: StorageDoorDeps, tls?: TlsOptions): Server {
  const door = new StorageDoor(deps);
  return createStreamingServer({
    maxConnections: MAX_CONNECTIONS,
    requireHostHeader: true,
    tls,
    handle: (request, response, expectsContinue) => door.handle(request, response, expectsContinue),
    onBroken: answerBroken,
  });
}

/** What is known about a request so far, for the answer to a refusal. */
interface Progress {
  dialect: Dialect;
  operation: OperationId | undefined;
  /** Whether the body is being read, or has been. */
  begun: boolean;
}

class StorageDoor {
  readonly #deps: StorageDoorDeps;
  readonly #slots = new Slots();

  constructor(deps: StorageDoorDeps) {
    this.#deps = deps;
  }

  /** Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const { clock, meter, log } = this.#deps;
    const requestId = newRequestId();
    const receivedAt = clock.monotonic();
    const progress: Progress = { dialect: dialectOf(request), operation: undefined, begun: false };
    const releases: (() => void)[] = [];
    try {
      const answer = await this.#answer(request, response, { requestId, expectsContinue, progress, releases });
      await this.#send(request, response, answer, { requestId, expectsContinue, progress });
    } catch (error) {
      if (!(error instanceof ClientGone)) log.error({ requestId, err: error }, 'an answer was cut');
      response.destroy();
    } finally {
      for (const release of releases) release();
      meter.observe(`storage.${progress.operation ?? 'none'}`, response.statusCode, clock.monotonic() - receivedAt);
    }
  }

  /** The answer to any request, also to one that fails. Throws `ClientGone`. */
  async #answer(request: IncomingMessage, response: ServerResponse, step: Step): Promise<Answer> {
    const { log, clients } = this.#deps;
    const { requestId, progress } = step;
    try {
      clients.admit(request);
      const head = readHead({ method: request.method ?? '', url: request.url ?? '', rawHeaders: request.rawHeaders });
      return await this.#serve(head, { ...step, request, response, peer: clients.clientOf(request) });
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      if (isFault(error)) log.error({ requestId, operation: progress.operation, err: error }, 'storage request failed');
      else log.debug({ requestId, operation: progress.operation, reason: String(error) }, 'storage request refused');
      const resource = (request.url ?? '').split('?')[0] ?? '';
      return errorAnswer(error, { requestId, resource, dialect: progress.dialect });
    }
  }

  /** Everything that a head can be refused for is refused before a byte of the body is read. */
  async #serve(head: Head, exchange: Exchange): Promise<Answer> {
    const { iam, clock, storageHost, region } = this.#deps;
    const { progress, requestId, peer } = exchange;
    const address = addressOf(head, storageHost);
    const claim = readClaim(head, address, clock.now());
    progress.dialect = claim?.dialect ?? progress.dialect;
    const operation = operationOf(head, address);
    progress.operation = operation.id;
    if (isProbe(operation)) return API_VERSION;
    const identified = identify(iam, claim, peer);
    checkOwnHeaders(head.headers);
    checkExpectedOwner(head.headers, identified.caller.domainId);
    if (operation.takes === 'nothing' && hasBody(exchange.request)) {
      throw new StorageError('InvalidRequest', 'This operation takes no body.');
    }
    const traceparent = head.headers.get('traceparent');
    const { caller, projects } = bucketCaller(iam, identified.caller, { region, requestId, peer, traceparent });
    if (operation.takes === 'object' || operation.id === 'getObject') {
      exchange.releases.push(this.#slots.take(caller.projectId));
    }
    const body = bodyOf(head, claim, identified, this.#source(exchange));
    const call: Call = {
      head,
      dialect: progress.dialect,
      claimedRegion: claim?.region,
      caller,
      projects,
      accountName: iam.domainOf(identified.caller)?.name ?? '',
      bucket: address.bucket ?? '',
      key: address.key ?? '',
      objectBody: () => objectBody(body),
      document: (root, limitBytes) => this.#document(body, root, limitBytes, { caller: identified.caller, peer }),
    };
    return this.#run(operation, call, identified.caller, exchange);
  }

  /** Changes of buckets are recorded before they are answered, refused ones too. */
  async #run(operation: Operation, call: Call, caller: Caller, { peer, requestId }: Exchange): Promise<Answer> {
    const { iam, unlessUnavailable } = this.#deps;
    const working = unlessUnavailable(HANDLERS[operation.id as SignedOperationId](call, this.#deps));
    const { audited } = operation;
    if (audited === undefined) return working;
    const note = (status: number, errorCode: string): Promise<void> =>
      iam.audit.note({
        domainId: caller.domainId,
        projectId: call.caller.projectId,
        userId: caller.principal.id,
        userName: caller.userName,
        accessKey: caller.accessKey,
        sourceIp: sourceOf(peer),
        operation: operation.id,
        action: audited,
        resource: `bucket:${call.bucket}`,
        status,
        errorCode,
        requestId,
        depth: call.caller.chainDepth,
      });
    const place = { requestId, resource: '', dialect: call.dialect };
    const answer = await working.catch(async (error: unknown): Promise<never> => {
      if (error instanceof ClientGone) throw error;
      const { status, headers } = errorAnswer(error, place);
      await note(status, headers.find(([name]) => name.endsWith('-error-code'))?.[1] ?? '');
      throw error;
    });
    await note(answer.status, '');
    return answer;
  }

  #source({ request, response, expectsContinue, progress }: Exchange): AsyncIterable<Buffer> {
    if (!hasBody(request)) return NOTHING;
    const onBegin = (): void => {
      progress.begun = true;
    };
    return requestBody(request, response, { clock: this.#deps.clock, expectsContinue, onBegin });
  }

  async #document(
    body: BodyParts,
    root: string,
    limitBytes: number,
    { caller, peer }: { readonly caller: Caller; readonly peer: Peer },
  ): ReturnType<typeof readDocument> {
    const room = this.#deps.bodies.open(bodyClaims(`storage ${caller.domainId}`, peer));
    return readDocument(body, root, { limitBytes, room });
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    answer: Answer,
    { requestId, expectsContinue, progress }: Omit<Step, 'releases'>,
  ): Promise<void> {
    const { clock } = this.#deps;
    const isUnread = hasBody(request) && !request.complete;
    // A client that still waits for permission does not send the body: the next bytes would be a new request, or not.
    const close = isUnread && expectsContinue && !progress.begun;
    if (isUnread && !close) linger(request, response, clock);
    await send(request, response, answer, { requestId, dialect: progress.dialect, clock, close });
  }
}

interface Step {
  readonly requestId: string;
  readonly expectsContinue: boolean;
  readonly progress: Progress;
  /** Called when the answer is sent. */
  readonly releases: (() => void)[];
}

interface Exchange extends Step {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly peer: Peer;
}

/** The same for all buckets, whether they exist or not. */
const API_VERSION: Answer = { status: 200, headers: [['x-obs-api', '3.0']] };

const NOTHING: AsyncIterable<Buffer> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};

function bodyOf(
  head: Head,
  claim: Claim | undefined,
  { secret }: Identified,
  source: AsyncIterable<Buffer>,
): BodyParts {
  if (claim === undefined) throw new Error('an identified sender has a claim');
  const { payload, seed } = claim;
  const plan = planPayload(head, claim);
  const isSigned = payload.kind === 'chunked' && payload.signed;
  return { source, plan, signing: isSigned ? { signer: claim.chunkSigner(secret), seed } : undefined };
}

/** Before the signature is read: an OBS client reads errors from its own headers. */
function dialectOf({ headers, url = '' }: IncomingMessage): Dialect {
  const isObs =
    headers.authorization?.startsWith('OBS ') === true || /[?&](?:AccessKeyId|apiversion)(?:=|&|$)/.test(url);
  return isObs ? 'obs' : 'aws';
}

import { TLSSocket } from 'node:tls';
import type { Clock } from '../../../lib/clock.ts';
import { type Clients, sourceOf } from '../../clients/clients.ts';
import type { AnyAnswer } from '../../plain/plain-answer.ts';
import type { AnyRequest } from '../../plain/plain-request.ts';
import type { Published } from '../published.ts';
import type { AccessLine } from './access-line.ts';

const MAX_HOST_CHARS = 255;
const MAX_PATH_CHARS = 1024;
/** Of a client that left before the answer began, as in other servers' logs. */
const CLIENT_LEFT = 499;

export interface AccessOptions {
  readonly requestId: string;
  readonly groupId: string | undefined;
  readonly clients: Clients;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly write: (line: string) => void;
}

/** One request of the gateway, written when its answer has ended. The query is left out: it may hold secrets. */
export class AccessEntry {
  #published: Published | undefined;

  constructor(request: AnyRequest, response: AnyAnswer, options: AccessOptions) {
    const { socket } = request;
    const { requestId, groupId, clients, clock, write } = options;
    const time = new Date(clock.now()).toISOString();
    const startedAt = clock.monotonic();
    const sentBefore = socket.bytesWritten;
    const client = sourceOf(clients.clientOf(request));
    response.once('close', () => {
      const line: AccessLine = {
        time,
        client,
        host: request.headers.host?.slice(0, MAX_HOST_CHARS),
        method: request.method,
        path: pathOf(request.url ?? ''),
        tls: socket instanceof TLSSocket ? true : undefined,
        status: response.headersSent ? response.statusCode : CLIENT_LEFT,
        complete: response.writableFinished ? undefined : false,
        bytes: Math.max(socket.bytesWritten - sentBefore, 0),
        ms: Math.round((clock.monotonic() - startedAt) * 1000) / 1000,
        ...this.#target(groupId),
        request_id: requestId,
      };
      write(JSON.stringify(line));
    });
  }

  leadsTo(published: Published): void {
    this.#published = published;
  }

  #target(group: string | undefined): Partial<AccessLine> {
    const published = this.#published;
    if (published === undefined) return { group };
    const { apiId: api } = published;
    if (published.kind === 'flow') {
      const { flow } = published;
      return { group, project: flow.projectId, api, flow: flow.name };
    }
    const { projectId: project, package: pkg, name } = published.urn;
    return { group, project, api: api === '' ? undefined : api, function: `${pkg}/${name}` };
  }
}

function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return target.slice(0, Math.min(end < 0 ? target.length : end, MAX_PATH_CHARS));
}

import type { Caller, Iam, Peer } from '../../../iam/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { Stream, Streams } from '../../../services/index.ts';

export interface StreamAccessDeps {
  readonly iam: Iam;
  readonly streams: Streams;
}

/** The parts of a request that decide about rights. */
export interface StreamRequest {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly params: { readonly project_id: string };
}

export type StreamRight = 'create' | 'list' | 'get' | 'delete' | 'putRecords' | 'getRecords';

/** Finds streams for requests and decides about each. A policy names a stream as `stream:<name>`. */
export class StreamAccess {
  readonly #deps: StreamAccessDeps;

  constructor(deps: StreamAccessDeps) {
    this.#deps = deps;
  }

  /** Throws `forbidden`. */
  authorize(request: StreamRequest, right: StreamRight, name: string): void {
    this.#deps.iam.authorize(request.caller, question(request, right, name));
  }

  allows(request: StreamRequest, right: StreamRight, name: string): boolean {
    return this.#deps.iam.allows(request.caller, question(request, right, name));
  }

  /** A stream of the project in the path. Throws `forbidden`, `stream_not_found`. */
  async stream(request: StreamRequest, name: string, right: StreamRight): Promise<Stream> {
    this.authorize(request, right, name);
    return this.#deps.streams.find(request.params.project_id, name);
  }

  /** The same by id. */
  async byId(request: StreamRequest, id: string, right: StreamRight): Promise<Stream> {
    const stream = await this.#deps.streams.byId(id);
    if (stream?.projectId !== request.params.project_id) {
      throw new PlatformError('stream_not_found', 'the stream of the cursor does not exist in the project');
    }
    this.authorize(request, right, stream.name);
    return stream;
  }
}

function question({ params, peer }: StreamRequest, right: StreamRight, name: string) {
  return { action: `dis:stream:${right}`, projectId: params.project_id, path: name, peer };
}

import type { Iam } from '../../../iam/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { Stream, Streams } from '../../../services/index.ts';
import { NamedAccess, type NamedRequest } from '../named-access.ts';

export interface StreamAccessDeps {
  readonly iam: Iam;
  readonly streams: Streams;
}

export type StreamRight = 'create' | 'list' | 'get' | 'delete' | 'putRecords' | 'getRecords';

/** Finds streams for requests and decides about each. A policy names a stream as `stream:<name>`. */
export class StreamAccess extends NamedAccess<StreamRight> {
  readonly #deps: StreamAccessDeps;

  constructor(deps: StreamAccessDeps) {
    super(deps.iam, 'dis:stream');
    this.#deps = deps;
  }

  /** A stream of the project in the path. Throws `forbidden`, `stream_not_found`. */
  async stream(request: NamedRequest, name: string, right: StreamRight): Promise<Stream> {
    this.authorize(request, right, name);
    return this.#deps.streams.find(request.params.project_id, name);
  }

  /** The same by id. */
  async byId(request: NamedRequest, id: string, right: StreamRight): Promise<Stream> {
    const stream = await this.#deps.streams.byId(id);
    if (stream?.projectId !== request.params.project_id) {
      throw new PlatformError('stream_not_found', 'the stream of the cursor does not exist in the project');
    }
    this.authorize(request, right, stream.name);
    return stream;
  }
}

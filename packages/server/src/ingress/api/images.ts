import type { RouteResponse, Routes } from '@funcgraph/api';
import type { Images, ListedImage, NamedImage, Uploads } from '../../images/index.ts';
import { PlatformError, toErrorBody } from '../../lib/platform-error.ts';
import type { Handlers } from '../http/handler.ts';

type Ids =
  | 'listImages'
  | 'removeImage'
  | 'pullImage'
  | 'beginImageUpload'
  | 'sendImagePiece'
  | 'dropImageUpload'
  | 'loadImages';
type Line = RouteResponse<Routes['loadImages']>;

export interface ImageDeps {
  readonly images: Images;
  readonly uploads: Uploads;
}

/** Lines of progress that wait for a slow client; older lines are then left out. */
const MOST_WAITING = 100;

/** List, load, pull and remove container images. */
export function imageHandlers({ images, uploads }: ImageDeps): Handlers<Ids> {
  return {
    async listImages({ query }) {
      const found = query.reference === undefined ? await images.list() : [await images.show(query.reference)];
      return { images: found.map(toWire) };
    },

    async removeImage({ query }) {
      return images.remove(query.reference);
    },

    pullImage({ body, id, goneSignal }) {
      const { reference, username = '', password = '', plain_http = false } = body;
      const gone = goneSignal();
      return reported(id, async (onProgress) => [
        await images.pull(reference, { username, password, plainHttp: plain_http }, onProgress, gone),
      ]);
    },

    async beginImageUpload() {
      return { upload: await uploads.begin() };
    },

    async sendImagePiece({ params, query, rawBody }) {
      return { size: await uploads.append(params.upload, Number(query.offset), rawBody) };
    },

    async dropImageUpload({ params }) {
      await uploads.drop(params.upload);
      return {};
    },

    loadImages({ params, body, id, goneSignal }) {
      const gone = goneSignal();
      return reported(id, (onProgress) =>
        uploads.use(params.upload, (path) => images.load(path, body.name, onProgress, gone)),
      );
    },
  };
}

/** Runs `work` and yields its steps as they occur; the last line reports its end. */
async function* reported(
  requestId: string,
  work: (onProgress: (step: string) => void) => Promise<readonly NamedImage[]>,
): AsyncGenerator<Line> {
  const lines: Line[] = [];
  let wake = (): void => {};
  let isDone = false;
  const push = (line: Line): void => {
    if (lines.length >= MOST_WAITING) lines.shift();
    lines.push(line);
    wake();
  };
  const working = work((step) => push({ step }))
    .then(
      (loaded) => push({ step: 'done', images: loaded.map(({ id, names }) => ({ id, names: [...names] })) }),
      (error: unknown) => push(failure(error, requestId)),
    )
    .finally(() => {
      isDone = true;
      wake();
    });
  while (!isDone || lines.length > 0) {
    const line = lines.shift();
    if (line !== undefined) yield line;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (isDone || lines.length > 0) resolve();
      });
    }
  }
  await working;
}

function failure(error: unknown, requestId: string): Line {
  const { body } = toErrorBody(error, requestId);
  const { error_code: code, error_msg, hint } = body;
  return {
    step: 'failed',
    code,
    error: error instanceof PlatformError ? error_msg : `the image could not be loaded (request ${requestId})`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function toWire(image: ListedImage): RouteResponse<Routes['listImages']>['images'][number] {
  return {
    id: image.id,
    names: [...image.names],
    size_bytes: image.sizeBytes,
    unpacked_bytes: image.unpackedBytes,
    layers: image.layers.length,
    entrypoint: [...image.entrypoint],
    command: [...image.command],
    working_dir: image.workingDir,
    user: image.user,
    created_at: image.createdAt,
    loaded_at: image.loadedAt,
    versions: image.versions,
  };
}

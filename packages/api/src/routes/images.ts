import { Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { NumberText } from '../schemas/common.ts';

const Image = Type.Object({
  /** `sha256:` of the configuration of the image. */
  id: Type.String(),
  names: Type.Array(Type.String()),
  size_bytes: Type.Integer(),
  unpacked_bytes: Type.Integer(),
  layers: Type.Integer(),
  entrypoint: Type.Array(Type.String()),
  command: Type.Array(Type.String()),
  working_dir: Type.String(),
  user: Type.String(),
  /** Ms since the epoch; 0 when the image has no date. */
  created_at: Type.Integer(),
  loaded_at: Type.Integer(),
  /** Versions of functions that run it. */
  versions: Type.Integer(),
});

/** One line of progress; the last has `images` or `error`. */
const Progress = Type.Object({
  step: Type.String(),
  images: Type.Optional(Type.Array(Type.Object({ id: Type.String(), names: Type.Array(Type.String()) }))),
  error: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  hint: Type.Optional(Type.String()),
});

const Reference = Type.String({ minLength: 1, maxLength: 512 });
const UploadParams = Type.Object({ upload: Type.String() });

/** Container images of this machine, for functions of runtime Custom Image and http. */
export const imageRoutes = {
  listImages: route({
    method: 'GET',
    path: '/v1/images',
    action: 'platform:image:list',
    group: 'images',
    summary: 'Container images on this machine; with a reference that one',
    query: Type.Object({ reference: Type.Optional(Reference) }),
    response: Type.Object({ images: Type.Array(Image) }),
  }),
  removeImage: route({
    method: 'DELETE',
    path: '/v1/images',
    action: 'platform:image:delete',
    resource: namedIn('query', 'reference'),
    group: 'images',
    summary: 'Remove a name, or with an id all names; an image without name and functions is removed',
    query: Type.Object({ reference: Reference }),
    response: Type.Object({
      /** Versions of functions that keep the image. */
      versions: Type.Integer(),
    }),
  }),
  pullImage: route({
    method: 'POST',
    path: '/v1/images/pull',
    action: 'platform:image:create',
    resource: namedIn('body', 'reference'),
    group: 'images',
    summary: 'Fetch an image from its registry; one JSON object of progress a line',
    body: Type.Object({
      reference: Reference,
      username: Type.Optional(Type.String({ maxLength: 255 })),
      password: Type.Optional(Type.String({ maxLength: 16_384 })),
      /** The registry has no TLS. */
      plain_http: Type.Optional(Type.Boolean()),
    }),
    response: Progress,
    responseEncoding: 'events',
  }),
  beginImageUpload: route({
    method: 'POST',
    path: '/v1/images/uploads',
    action: 'platform:image:create',
    group: 'images',
    summary: 'Begin to send an archive: an OCI layout as tar, or one of docker save',
    response: Type.Object({ upload: Type.String() }),
    status: 201,
  }),
  sendImagePiece: route({
    method: 'PUT',
    path: '/v1/images/uploads/{upload}',
    action: 'platform:image:create',
    group: 'images',
    summary: 'Send the next piece of an archive, at most 8 MiB',
    params: UploadParams,
    query: Type.Object({ offset: NumberText }),
    bodyEncoding: 'raw',
    bodyLimit: LIMITS.imagePieceBytes,
    response: Type.Object({ size: Type.Integer() }),
  }),
  dropImageUpload: route({
    method: 'DELETE',
    path: '/v1/images/uploads/{upload}',
    action: 'platform:image:create',
    group: 'images',
    summary: 'Discard the received part of an archive',
    params: UploadParams,
    status: 204,
  }),
  loadImages: route({
    method: 'POST',
    path: '/v1/images/uploads/{upload}/load',
    action: 'platform:image:create',
    group: 'images',
    summary: 'Load the images of an archive that was sent; one JSON object of progress a line',
    params: UploadParams,
    body: Type.Object({
      /** Name of the image, in place of its own names. */
      name: Type.Optional(Reference),
    }),
    response: Progress,
    responseEncoding: 'events',
  }),
} as const;

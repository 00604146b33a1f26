import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';

const Kind = Type.Union([Type.Literal('file-system'), Type.Literal('network'), Type.Literal('image')]);

/** Exactly one of both is required. */
const Holder = {
  account: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Name or id of an account.' })),
  project: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Id of a project.' })),
};
const Name = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'Name of the file system or network; name of the image without its tag.',
});
const Share = Type.Object({ kind: Kind, name: Name, ...Holder, created_at: Type.String({ description: 'RFC 3339.' }) });

/** Which accounts and projects may use the file systems, networks and images of the machine. */
export const shareRoutes = {
  listShares: route({
    method: 'GET',
    path: '/v1/shares',
    group: 'share',
    summary: 'Which other accounts and projects may use file systems, networks and images of the machine',
    response: Type.Object({ shares: Type.Array(Share) }),
  }),
  addShare: route({
    method: 'POST',
    path: '/v1/shares',
    resource: namedIn('body', 'kind', 'name'),
    group: 'share',
    summary: 'Let an account or a project use a file system, a network or an image',
    body: Type.Object({ kind: Kind, name: Name, ...Holder }),
    status: 204,
  }),
  removeShare: route({
    method: 'DELETE',
    path: '/v1/shares',
    resource: namedIn('query', 'kind', 'name'),
    group: 'share',
    summary: 'End the share of a file system, network or image with an account or project',
    query: Type.Object({ kind: Kind, name: Name, ...Holder }),
    status: 204,
  }),
} as const;

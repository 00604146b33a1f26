import { Type } from 'typebox';
import { route } from '../route.ts';

const Project = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  enabled: Type.Boolean(),
});

const TokenRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String()),
      password: Type.Optional(
        Type.Object({
          user: Type.Object({
            name: Type.String({ minLength: 1, maxLength: 64 }),
            password: Type.String({ minLength: 1, maxLength: 256 }),
            domain: Type.Optional(
              Type.Object({ name: Type.Optional(Type.String()), id: Type.Optional(Type.String()) }),
            ),
          }),
        }),
      ),
    }),
    scope: Type.Optional(
      Type.Object({
        project: Type.Optional(Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) })),
        domain: Type.Optional(Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) })),
      }),
    ),
  }),
});

const TokenResponse = Type.Object({
  token: Type.Object({
    methods: Type.Array(Type.String()),
    issued_at: Type.String(),
    expires_at: Type.String(),
    user: Type.Object({
      id: Type.String(),
      name: Type.String(),
      domain: Type.Object({ id: Type.String(), name: Type.String() }),
    }),
    project: Type.Object({
      id: Type.String(),
      name: Type.String(),
      domain: Type.Object({ id: Type.String(), name: Type.String() }),
    }),
    roles: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
    catalog: Type.Array(Type.Unknown()),
  }),
});

/** The few IAM calls that SDKs and Terraform make on their own. */
export const identityRoutes = {
  createToken: route({
    method: 'POST',
    path: '/v3/auth/tokens',
    group: 'iam',
    summary: 'Trade a user name and password for a token, sent back in the header X-Subject-Token; valid 24 hours',
    auth: 'none',
    bodyLimit: 16 * 1024,
    body: TokenRequest,
    response: TokenResponse,
    status: 201,
  }),
  listProjects: route({
    method: 'GET',
    path: '/v3/projects',
    group: 'iam',
    summary: 'Projects of the caller, all or by name',
    query: Type.Object({ name: Type.Optional(Type.String()), domain_id: Type.Optional(Type.String()) }),
    response: Type.Object({ projects: Type.Array(Project), links: Type.Object({}) }),
  }),
  listAuthDomains: route({
    method: 'GET',
    path: '/v3/auth/domains',
    group: 'iam',
    summary: 'The account (domain) of the caller',
    response: Type.Object({
      domains: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), enabled: Type.Boolean() })),
      links: Type.Object({}),
    }),
  }),
} as const;

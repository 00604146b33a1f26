import { Type } from 'typebox';

/** With name and password, or with the token of a sign-in link. */
export const ConsoleSignIn = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Name of the user.' })),
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  domain: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Name of the account; without it, that of the machine.' }),
  ),
  token: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1024, description: 'Of a sign-in link, in place of name and password.' }),
  ),
});

export const ConsoleSignInWays = Type.Object({
  oidc: Type.Optional(
    Type.Object(
      { name: Type.String({ description: 'Name of the issuer, for people.' }) },
      { description: 'Sign-in by OpenID Connect, where the server has it.' },
    ),
  ),
});

export const ConsoleOidcStart = Type.Object({
  url: Type.String({ description: 'Where the browser goes to sign in at the issuer.' }),
  attempt: Type.String({ description: 'Sealed; the tab keeps it until the issuer sends it back.' }),
});

export const ConsoleOidcAnswer = Type.Object({
  attempt: Type.String({ minLength: 1, maxLength: 2048, description: 'What the sign-in began with.' }),
  answer: Type.String({
    minLength: 1,
    maxLength: 12288,
    description: 'The query with which the issuer sent the browser back, such as code=…&state=….',
  }),
});

export const ConsoleLink = Type.Object({
  url: Type.String({ description: 'Address that signs a browser in, once.' }),
  expires_at: Type.String(),
});

const Named = Type.Object({ id: Type.String(), name: Type.String() });

export const ConsoleSessionQuery = Type.Object({
  project_id: Type.Optional(
    Type.String({ maxLength: 64, description: 'Project of the rights; without it, the first one of the user.' }),
  ),
});

export const ConsoleSession = Type.Object({
  user: Type.String({ description: 'Name of the user.' }),
  user_id: Type.String(),
  account: Type.String({ description: 'Name of the account.' }),
  account_id: Type.String(),
  operator: Type.Boolean({ description: 'Whether administrators of the account manage the machine too.' }),
  project_id: Type.String({ description: 'Project of the rights; empty when the account has none.' }),
  projects: Type.Array(Named),
  region: Type.String(),
  rights: Type.Array(Type.String(), {
    description:
      'Actions, such as functiongraph:function:create, that the user has on some resource of the project, of the account or of the machine. Each request is still checked on its resource.',
  }),
  idle_seconds: Type.Integer({ description: 'A session without requests ends after this.' }),
  expires_at: Type.String({ description: 'Time at which the session ends in any case.' }),
});

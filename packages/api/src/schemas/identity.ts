import { Type } from 'typebox';

const Text = (maxLength = 256) => Type.String({ maxLength });
const Id = Type.String({ minLength: 1, maxLength: 64 });

/** One of both is needed. */
const Reference = Type.Object({ id: Type.Optional(Text(64)), name: Type.Optional(Text(64)) });

export const LinksField = { links: Type.Object({}) };

/** An agency of another account, which is named by id or name. */
const AssumedAgency = Type.Object({
  agency_name: Type.String({ minLength: 1, maxLength: 64 }),
  domain_id: Type.Optional(Text(64)),
  domain_name: Type.Optional(Text(64)),
});

export const TokenRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { maxItems: 4 }),
      password: Type.Optional(
        Type.Object({
          user: Type.Object({
            name: Type.String({ minLength: 1, maxLength: 64 }),
            password: Type.String({ minLength: 1, maxLength: 256 }),
            domain: Type.Optional(Reference),
          }),
        }),
      ),
      token: Type.Optional(Type.Object({ id: Type.String({ minLength: 1, maxLength: 2048 }) })),
      assume_role: Type.Optional(AssumedAgency),
    }),
    scope: Type.Optional(Type.Object({ project: Type.Optional(Reference), domain: Type.Optional(Reference) })),
  }),
});

const Named = Type.Object({ id: Type.String(), name: Type.String() });

export const TokenResponse = Type.Object({
  token: Type.Object({
    methods: Type.Array(Type.String()),
    issued_at: Type.String(),
    expires_at: Type.String(),
    user: Type.Object({ id: Type.String(), name: Type.String(), domain: Named, password_expires_at: Type.String() }),
    /** Of a token of an agency: the user who assumed it. */
    assumed_by: Type.Optional(
      Type.Object({
        user: Type.Object({
          id: Type.String(),
          name: Type.String(),
          domain: Named,
          password_expires_at: Type.String(),
        }),
      }),
    ),
    /** Of a token for one project. */
    project: Type.Optional(Type.Object({ id: Type.String(), name: Type.String(), domain: Named })),
    /** Of a token for the whole account. */
    domain: Type.Optional(Named),
    roles: Type.Array(Named),
    catalog: Type.Array(Type.Unknown()),
  }),
});

export const Domain = Type.Object({ id: Type.String(), name: Type.String(), enabled: Type.Boolean() });

export const Project = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean(),
  is_domain: Type.Boolean(),
});

export const Region = Type.Object({
  id: Type.String(),
  type: Type.String(),
  description: Type.String(),
  locales: Type.Object({ 'en-us': Type.String(), 'zh-cn': Type.String() }),
});

/** In the form in which clients of IAM look for it. */
export const ApiVersion = Type.Object({
  id: Type.Literal('v3.0'),
  status: Type.Literal('stable'),
  links: Type.Array(Type.Object({ rel: Type.Literal('self'), href: Type.String() })),
});

export const User = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  enabled: Type.Boolean(),
  description: Type.String(),
  create_time: Type.String(),
  /** Empty before the first login with a password. */
  last_login_time: Type.String(),
});

export const NewUserBody = Type.Object({
  user: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 64 }),
    domain_id: Type.Optional(Text(64)),
    password: Type.Optional(Text()),
    description: Type.Optional(Text()),
    enabled: Type.Optional(Type.Boolean()),
  }),
});

export const UserChangeBody = Type.Object({
  user: Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    password: Type.Optional(Text()),
    description: Type.Optional(Text()),
    enabled: Type.Optional(Type.Boolean()),
  }),
});

export const PasswordChangeBody = Type.Object({
  user: Type.Object({ password: Text(), original_password: Text() }),
});

export const Group = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  description: Type.String(),
  create_time: Type.Integer(),
});

export const NewGroupBody = Type.Object({
  group: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 64 }),
    domain_id: Type.Optional(Text(64)),
    description: Type.Optional(Text()),
  }),
});

export const GroupChangeBody = Type.Object({
  group: Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    domain_id: Type.Optional(Text(64)),
    description: Type.Optional(Text()),
  }),
});

export const Policy = Type.Object({
  id: Type.String(),
  name: Type.String(),
  display_name: Type.String(),
  /** `AX`: account, `XA`: projects, as in IAM; both count wherever they are granted. */
  type: Type.String(),
  /** `CUSTOMED` for those of the account. */
  catalog: Type.String(),
  domain_id: Type.Optional(Type.String()),
  description: Type.String(),
  policy: Type.Unsafe<{ Version: string; Statement: object[] }>(Type.Object({})),
  created_time: Type.String(),
  updated_time: Type.String(),
});

/** The document is checked by the server, which names the field that is wrong. */
export const NewPolicyBody = Type.Object({
  role: Type.Object({
    display_name: Type.String({ minLength: 1, maxLength: 64 }),
    type: Type.Optional(Type.Union([Type.Literal('AX'), Type.Literal('XA')])),
    description: Type.Optional(Text()),
    policy: Type.Unknown(),
  }),
});

export const PolicyChangeBody = Type.Object({
  role: Type.Object({
    display_name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    type: Type.Optional(Type.Union([Type.Literal('AX'), Type.Literal('XA')])),
    description: Type.Optional(Text()),
    policy: Type.Optional(Type.Unknown()),
  }),
});

/** One policy for one holder: in the account, in a project, or for an enterprise project. */
export const GrantBody = Type.Object({
  group_id: Type.Optional(Id),
  agency_id: Type.Optional(Id),
  role_id: Id,
  /** With neither of these two the policy counts in the account and in all its projects. */
  project_id: Type.Optional(Id),
  enterprise_project_id: Type.Optional(Id),
});

export const Grant = Type.Object({
  group_id: Type.Optional(Type.String()),
  agency_id: Type.Optional(Type.String()),
  role_id: Type.String(),
  role_name: Type.String(),
  scope: Type.Union([Type.Literal('domain'), Type.Literal('project'), Type.Literal('enterprise_project')]),
  project_id: Type.Optional(Type.String()),
  enterprise_project_id: Type.Optional(Type.String()),
});

export const Agency = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  description: Type.String(),
  trust_domain_id: Type.String(),
  trust_domain_name: Type.String(),
  duration: Type.String(),
  create_time: Type.String(),
  /** Null: never. */
  expire_time: Type.Union([Type.String(), Type.Null()]),
});

export const NewAgencyBody = Type.Object({
  agency: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 64 }),
    domain_id: Type.Optional(Text(64)),
    /** The service that acts, `op_svc_cff` is FunctionGraph; or the account whose users may assume the agency. */
    trust_domain_name: Type.Optional(Text(64)),
    trust_domain_id: Type.Optional(Text(64)),
    description: Type.Optional(Text()),
    /** `FOREVER`, `ONEDAY` or a number of days. */
    duration: Type.Optional(Text(16)),
  }),
});

export const AgencyChangeBody = Type.Object({
  agency: Type.Object({
    trust_domain_name: Type.Optional(Text(64)),
    trust_domain_id: Type.Optional(Text(64)),
    description: Type.Optional(Text()),
    duration: Type.Optional(Text(16)),
  }),
});

export const AccessKey = Type.Object({
  access: Type.String(),
  user_id: Type.String(),
  description: Type.String(),
  status: Type.Union([Type.Literal('active'), Type.Literal('inactive')]),
  create_time: Type.String(),
  /** Empty when it was never used; up to a minute late. */
  last_use_time: Type.String(),
});

export const NewAccessKey = Type.Object({
  access: Type.String(),
  /** Shown this once. */
  secret: Type.String(),
  user_id: Type.String(),
  description: Type.String(),
  status: Type.String(),
  create_time: Type.String(),
});

export const NewAccessKeyBody = Type.Object({
  credential: Type.Object({ user_id: Type.Optional(Id), description: Type.Optional(Text()) }),
});

export const AccessKeyChangeBody = Type.Object({
  credential: Type.Object({
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('inactive')])),
    description: Type.Optional(Text()),
  }),
});

export const TemporaryKeyBody = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { maxItems: 4 }),
      token: Type.Optional(
        Type.Object({
          id: Type.Optional(Text(2048)),
          duration_seconds: Type.Optional(Type.Integer({ minimum: 900, maximum: 86_400 })),
        }),
      ),
      assume_role: Type.Optional(
        Type.Intersect([
          AssumedAgency,
          Type.Object({ duration_seconds: Type.Optional(Type.Integer({ minimum: 900, maximum: 86_400 })) }),
        ]),
      ),
    }),
  }),
});

export const TemporaryKey = Type.Object({
  access: Type.String(),
  secret: Type.String(),
  securitytoken: Type.String(),
  expires_at: Type.String(),
});

export const EnterpriseProject = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  /** 1: enabled, 2: disabled. */
  status: Type.Integer(),
  created_at: Type.String(),
});

export const EnterpriseProjectBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  description: Type.Optional(Text(512)),
});

export const EnterpriseProjectChangeBody = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  description: Type.Optional(Text(512)),
  enabled: Type.Optional(Type.Boolean()),
});

export const NewProjectBody = Type.Object({
  project: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 64 }),
    domain_id: Type.Optional(Text(64)),
    description: Type.Optional(Text()),
  }),
});

export const NewAccountBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  project_name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  user_name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  password: Type.Optional(Text()),
});

/** The credentials of the first user of an account; secrets are shown only this once. */
export const NewAccount = Type.Object({
  domain_id: Type.String(),
  domain_name: Type.String(),
  project_id: Type.String(),
  project_name: Type.String(),
  user_id: Type.String(),
  user: Type.String(),
  password: Type.String(),
  access_key: Type.String(),
  secret_key: Type.String(),
});

export const AuditEntry = Type.Object({
  id: Type.String(),
  time: Type.String(),
  project_id: Type.String(),
  user_id: Type.String(),
  user_name: Type.String(),
  access_key: Type.String(),
  source_ip: Type.String(),
  operation: Type.String(),
  action: Type.String(),
  resource: Type.String(),
  status: Type.Integer(),
  /** Empty for a success. */
  error_code: Type.String(),
  request_id: Type.String(),
});

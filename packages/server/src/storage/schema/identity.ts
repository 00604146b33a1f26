/** An account: its resources are invisible to other accounts. */
export interface DomainTable {
  id: string;
  name: string;
  /** 1 for the account whose administrators manage the machine. */
  operator: number;
}

export interface ProjectTable {
  id: string;
  domain_id: string;
  name: string;
  description: string;
}

/** Times are ms since the epoch. */
export interface IamUserTable {
  id: string;
  domain_id: string;
  name: string;
  password_hash: string;
  description: string;
  enabled: number;
  created_at: number;
  /** When the sessions of the user last ended: servers without generations compare it with the times of tokens. */
  sessions_from: number;
  last_login_at: number | null;
}

/** The present generation of a user's sessions, which the database changes itself. Users in their first one have no row. */
export interface SessionGenerationTable {
  user_id: string;
  generation: string;
}

export interface IamAccessKeyTable {
  access_key: string;
  user_id: string;
  /** Sealed, not hashed: checking a signature needs the secret itself. */
  sealed_secret: string;
  description: string;
  enabled: number;
  created_at: number;
  last_used_at: number | null;
  /** Id of the user or agency that disabled the key; empty when unknown. */
  disabled_by: string;
}

export interface IamGroupTable {
  id: string;
  domain_id: string;
  name: string;
  description: string;
  created_at: number;
}

export interface IamGroupMemberTable {
  group_id: string;
  user_id: string;
}

export interface IamPolicyTable {
  id: string;
  domain_id: string;
  name: string;
  description: string;
  /** JSON of the document. */
  document: string;
  created_at: number;
  modified_at: number;
}

export interface IamAgencyTable {
  id: string;
  domain_id: string;
  name: string;
  description: string;
  trusted_service: string;
  /** As requested: `FOREVER`, or a number of days. */
  duration: string;
  created_at: number;
  /** Null: never expires. */
  expires_at: number | null;
}

export interface IamGrantTable {
  /** `group` or `agency`. */
  principal_kind: string;
  principal_id: string;
  policy_id: string;
  /** `domain` (the account with all its projects), `project` or `enterprise_project`. */
  scope_kind: string;
  scope_id: string;
  created_at: number;
}

export interface EnterpriseProjectTable {
  id: string;
  domain_id: string;
  name: string;
  description: string;
  enabled: number;
  created_at: number;
}

/** One changing request or login. Holds no secret and no body. */
export interface AuditEntryTable {
  /** Sorts by time. */
  id: string;
  at: number;
  domain_id: string;
  project_id: string;
  user_id: string;
  user_name: string;
  access_key: string;
  source_ip: string;
  /** Id of the route. */
  operation: string;
  action: string;
  resource: string;
  status: number;
  error_code: string;
  request_id: string;
}

/** A token that ended early. */
export interface RevokedTokenTable {
  /** Of the token, as its claims have it. */
  id: string;
  domain_id: string;
  /** Ms since the epoch: when the token would have ended. */
  expires_at: number;
}

export interface IdentitySchema {
  revoked_token: RevokedTokenTable;
  domain: DomainTable;
  project: ProjectTable;
  iam_user: IamUserTable;
  session_generation: SessionGenerationTable;
  iam_access_key: IamAccessKeyTable;
  iam_group: IamGroupTable;
  iam_group_member: IamGroupMemberTable;
  iam_policy: IamPolicyTable;
  iam_agency: IamAgencyTable;
  iam_grant: IamGrantTable;
  enterprise_project: EnterpriseProjectTable;
  audit_entry: AuditEntryTable;
}

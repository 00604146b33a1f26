export interface DomainTable {
  id: string;
  name: string;
}

export interface ProjectTable {
  id: string;
  domain_id: string;
  name: string;
}

export interface UserAccountTable {
  id: string;
  domain_id: string;
  name: string;
  password_hash: string;
  created_at: number;
}

export interface AccessKeyTable {
  access_key: string;
  user_id: string;
  /** Sealed: a signature can be checked only with the secret itself. */
  sealed_secret: string;
  created_at: number;
}

export interface AuthTokenTable {
  /** SHA-256; the token itself is never stored. */
  token_hash: string;
  user_id: string;
  project_id: string;
  expires_at: number;
}

export interface IdentitySchema {
  domain: DomainTable;
  project: ProjectTable;
  user_account: UserAccountTable;
  access_key: AccessKeyTable;
  auth_token: AuthTokenTable;
}

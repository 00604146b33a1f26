import type { PolicyDocument } from './policy/types.ts';

/** An account: everything in it is invisible to the others. */
export interface Domain {
  readonly id: string;
  readonly name: string;
  /** Its administrators manage the machine too. */
  readonly operator: boolean;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly description: string;
}

/** Times are ms since the epoch. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly passwordHash: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly createdAt: number;
  /** When the sessions of the user last ended, by the clock of the server that ended them. */
  readonly sessionsFrom: number;
  /** Sessions, tokens and temporary keys of another generation are void. Empty for the first one. */
  readonly sessionGeneration: string;
  readonly lastLoginAt: number | null;
}

export interface AccessKey {
  readonly accessKey: string;
  readonly userId: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly createdAt: number;
  /** At most a minute old; null when it was never used. */
  readonly lastUsedAt: number | null;
}

export interface Group {
  readonly id: string;
  readonly domainId: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: number;
}

export interface Policy {
  readonly id: string;
  /** Undefined for system policies, which every account has. */
  readonly domainId: string | undefined;
  /** Its name in tokens and grants. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly document: PolicyDocument;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Rights that a service, or users of another account, may use in the name of the account. */
export interface Agency {
  readonly id: string;
  readonly domainId: string;
  readonly name: string;
  readonly description: string;
  /** `FUNCTION_SERVICE`, or the id of an account whose users may assume it. */
  readonly trustedService: string;
  /** As requested: `FOREVER`, or a number of days. */
  readonly duration: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

export interface EnterpriseProject {
  readonly id: string;
  readonly domainId: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly createdAt: number;
}

/** Scope of a policy: the account with all its projects, one project, or the resources of an enterprise project. */
export interface Scope {
  readonly kind: 'domain' | 'project' | 'enterprise_project';
  readonly id: string;
}

/** Holders of rights. Users have those of their groups, and their own for enterprise projects. */
export interface Holder {
  readonly kind: 'group' | 'agency' | 'user';
  readonly id: string;
}

export interface Grant {
  readonly holder: Holder;
  readonly policyId: string;
  readonly scope: Scope;
}

/** The authenticated caller of a request. The same object while the proof is the same. */
export interface Caller {
  /** Empty for agencies and for callers without identity. */
  readonly userId: string;
  /** Of the agency, where a function acts for one. */
  readonly userName: string;
  readonly domainId: string;
  /** The key for looking up rights. */
  readonly principal: { readonly kind: 'user' | 'agency' | 'nobody'; readonly id: string };
  /** Set when the proof is bound to one project (tokens). */
  readonly projectId?: string;
  /** The key that signed; empty for tokens and sessions of the console. */
  readonly accessKey: string;
  /** The id of the session, when a browser at the console sent the request. */
  readonly consoleSession?: string;
  /** The user of another account who assumed the agency. */
  readonly assumedBy?: { readonly userId: string; readonly userName: string; readonly domainId: string };
  /** Functions that ran one after another, up to the one whose credentials these are; absent for others. */
  readonly depth?: number;
}

/** The enterprise project of resources that name none. */
export const DEFAULT_ENTERPRISE_PROJECT = '0';
/** Of sessions of a user who ended none yet. */
export const FIRST_GENERATION = '';
/** The name of FunctionGraph in IAM, where an agency names the service that it trusts. */
export const FUNCTION_SERVICE = 'op_svc_cff';

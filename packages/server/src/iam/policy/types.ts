/** A statement as it is written, after its form was checked. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  /** Absent: every resource. */
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '1.1';
  readonly Statement: readonly Statement[];
}

/**
 * The resource of an action. `path` is `<package>/<name>` for functions, and `*` where an operation concerns no single
 * resource.
 */
export interface Resource {
  readonly service: string;
  readonly region: string;
  readonly domainId: string;
  readonly type: string;
  readonly path: string;
}

/** Keys that conditions may check. Absent keys are unknown for this request. */
export interface RequestContext {
  readonly 'g:UserName'?: string;
  readonly 'g:UserId'?: string;
  readonly 'g:DomainName'?: string;
  readonly 'g:DomainId'?: string;
  readonly 'g:ProjectName'?: string;
  readonly 'g:ProjectId'?: string;
  readonly 'g:EnterpriseProjectId'?: string;
  readonly 'g:AgencyName'?: string;
  readonly 'g:SourceIp'?: string;
  /** RFC 3339. */
  readonly 'g:CurrentTime'?: string;
}

export type ContextKey = keyof RequestContext;

/** Values that may differ between two requests of one caller for one resource. */
export const CHANGING_KEYS: ReadonlySet<ContextKey> = new Set<ContextKey>(['g:SourceIp', 'g:CurrentTime']);

export const CONTEXT_KEYS: readonly ContextKey[] = [
  'g:UserName',
  'g:UserId',
  'g:DomainName',
  'g:DomainId',
  'g:ProjectName',
  'g:ProjectId',
  'g:EnterpriseProjectId',
  'g:AgencyName',
  'g:SourceIp',
  'g:CurrentTime',
];

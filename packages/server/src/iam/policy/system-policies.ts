import type { PolicyDocument } from './types.ts';

/** A built-in policy of every account; it cannot be changed. */
export interface SystemPolicy {
  readonly id: string;
  /** Its name in tokens. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly document: PolicyDocument;
}

/** Everything but identities: a caller who manages those could grant himself all other rights. */
export const TENANT_ADMINISTRATOR = 'te_admin';
/** Identities and the audit log. */
export const SECURITY_ADMINISTRATOR = 'secu_admin';

/** Act for agencies of other accounts that trust this one. */
const AGENT_OPERATOR = 'te_agency';

const READ = ['functiongraph:*:get*', 'functiongraph:*:list*'];

const allow = (...actions: string[]): PolicyDocument => ({
  Version: '1.1',
  Statement: [{ Effect: 'Allow', Action: actions }],
});

/** The three of the guide (table 1-6), the two that make an administrator, and Agent Operator. */
export const SYSTEM_POLICIES: readonly SystemPolicy[] = [
  {
    id: TENANT_ADMINISTRATOR,
    name: TENANT_ADMINISTRATOR,
    displayName: 'Tenant Administrator',
    description: 'Everything but identities: users, groups, policies, agencies, keys of others.',
    document: allow(
      'functiongraph:*:*',
      'smn:*:*',
      'dis:*:*',
      'obs:*:*',
      'eps:*:*',
      'platform:*:*',
      'iam:*:get*',
      'iam:*:list*',
      'iam:agencies:pass',
    ),
  },
  {
    id: SECURITY_ADMINISTRATOR,
    name: SECURITY_ADMINISTRATOR,
    displayName: 'Security Administrator',
    description: 'Users, groups, policies, agencies, projects, keys, and the audit log.',
    document: allow('iam:*:*', 'audit:*:*'),
  },
  {
    id: AGENT_OPERATOR,
    name: AGENT_OPERATOR,
    displayName: 'Agent Operator',
    description: 'Assume agencies of other accounts that trust this one.',
    document: allow('iam:agencies:assume'),
  },
  {
    id: 'functiongraph_full_access',
    name: 'FunctionGraph FullAccess',
    displayName: 'FunctionGraph FullAccess',
    description: 'All operations on functions and flows, their triggers, dependencies and settings.',
    document: allow('functiongraph:*:*', 'eps:*:get*', 'eps:*:list*', 'iam:agencies:list*', 'iam:agencies:pass'),
  },
  {
    id: 'functiongraph_read_only_access',
    name: 'FunctionGraph ReadOnlyAccess',
    displayName: 'FunctionGraph ReadOnlyAccess',
    description: 'See functions, flows, triggers, logs and metrics.',
    document: allow(...READ),
  },
  {
    id: 'functiongraph_common_operations',
    name: 'FunctionGraph CommonOperations',
    displayName: 'FunctionGraph CommonOperations',
    description: 'See the resources of ReadOnlyAccess and triggers, and run functions and flows.',
    document: allow(...READ, 'functiongraph:function:invoke*', 'functiongraph:workflow:invoke'),
  },
];

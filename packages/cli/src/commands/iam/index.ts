import type { Noun } from '../../framework/index.ts';
import { agencies } from './agencies.ts';
import { audit } from './audit.ts';
import { grants } from './grants.ts';
import { groups } from './groups.ts';
import { keys } from './keys.ts';
import { changePassword, whoami } from './own.ts';
import { policies } from './policies.ts';
import { projects } from './projects.ts';
import { users } from './users.ts';

/** Everything below `fgs iam`. */
export const iam: Noun = {
  name: 'iam',
  summary: 'Users, groups, policies, agencies, keys, projects, accounts, and audit records',
  commands: [
    ...users,
    ...groups,
    ...policies,
    ...grants,
    ...agencies,
    ...keys,
    ...projects,
    whoami,
    changePassword,
    audit,
  ],
};

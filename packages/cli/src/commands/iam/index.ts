import type { Noun } from '../../framework/index.ts';
import { createAgency, listAgencies, removeAgency, showAgency } from './agencies.ts';
import { audit } from './audit.ts';
import { grantPolicy, withdrawPolicy } from './grants.ts';
import { addMember, createGroup, listGroups, removeGroup, removeMember, showGroup } from './groups.ts';
import { createKey, listKeys, removeKey, updateKey } from './keys.ts';
import { changePassword, whoami } from './own.ts';
import { createPolicy, listPolicies, removePolicy, showPolicy, updatePolicy } from './policies.ts';
import {
  createAccount,
  createEnterpriseProject,
  createProject,
  listAccounts,
  listEnterpriseProjects,
  listProjects,
  removeAccount,
  removeProject,
  setEnterpriseProject,
} from './projects.ts';
import { createUser, listUsers, removeUser, showUser, updateUser } from './users.ts';

/** Everything below `fgs iam`. */
export const iam: Noun = {
  name: 'iam',
  summary: 'Users, groups, policies, agencies, keys, projects, accounts, and audit records',
  commands: [
    createUser,
    listUsers,
    showUser,
    updateUser,
    removeUser,
    createGroup,
    listGroups,
    showGroup,
    removeGroup,
    addMember,
    removeMember,
    createPolicy,
    listPolicies,
    showPolicy,
    updatePolicy,
    removePolicy,
    grantPolicy,
    withdrawPolicy,
    createAgency,
    listAgencies,
    showAgency,
    removeAgency,
    createKey,
    listKeys,
    updateKey,
    removeKey,
    createProject,
    listProjects,
    removeProject,
    createEnterpriseProject,
    listEnterpriseProjects,
    setEnterpriseProject,
    createAccount,
    listAccounts,
    removeAccount,
    whoami,
    changePassword,
    audit,
  ],
};

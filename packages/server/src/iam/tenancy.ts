import { randomBytes } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';
import type { AccessKeys } from './access-keys.ts';
import { type ChangeParts, checkName, checkRoom, count, IDENTITY_LIMITS, missing, taken } from './change.ts';
import type { Groups } from './groups.ts';
import { checkPassword } from './password.ts';
import { SECURITY_ADMINISTRATOR, TENANT_ADMINISTRATOR } from './policy/system-policies.ts';
import { ProjectGate } from './project-gate.ts';
import { DEFAULT_ENTERPRISE_PROJECT, type Domain, type EnterpriseProject, type Project } from './types.ts';
import type { Users } from './users.ts';

/** An account that was just made: what its administrator needs, shown this once. */
export interface NewAccount {
  readonly domain: Domain;
  readonly project: Project;
  readonly userId: string;
  readonly userName: string;
  readonly password: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface TenancyDeps extends ChangeParts {
  readonly users: Users;
  readonly groups: Groups;
  readonly keys: AccessKeys;
  /** What is in a project, in words. */
  contentsOf(projectId: string): Promise<readonly string[]>;
}

/** Accounts, their projects, and their enterprise projects. */
export class Tenancy {
  readonly #deps: TenancyDeps;
  /** Requests that may create something in a project go through it. */
  readonly gate = new ProjectGate();

  constructor(deps: TenancyDeps) {
    this.#deps = deps;
  }

  domains(): Domain[] {
    return [...this.#deps.directory.domains.values()];
  }

  domain(id: string): Domain | undefined {
    return this.#deps.directory.domains.get(id);
  }

  /** By name or id. */
  account(nameOrId: string): Domain | undefined {
    return this.domain(nameOrId) ?? this.domains().find(({ name }) => name === nameOrId);
  }

  project(id: string): Project | undefined {
    return this.#deps.directory.projects.get(id);
  }

  accountOf(projectId: string): Domain | undefined {
    return this.domain(this.project(projectId)?.domainId ?? '');
  }

  /** An account with a project and an administrator, who is a member of the group `admin`. */
  async createAccount(wanted: {
    readonly name: string;
    readonly projectName: string;
    readonly userName: string;
    readonly password: string;
    readonly operator: boolean;
  }): Promise<NewAccount> {
    const { directory, identities, users, groups, keys } = this.#deps;
    // everything that could fail later, so that no half of an account is left
    checkName(wanted.name, 'name');
    checkName(wanted.projectName, 'project_name');
    checkName(wanted.userName, 'user_name');
    checkPassword(wanted.password, wanted.userName);
    const domain = { id: randomBytes(16).toString('hex'), name: wanted.name, operator: wanted.operator };
    if (!(await identities.addDomain(domain))) throw taken('account', wanted.name);
    directory.domains.set(domain.id, domain);
    const project = await this.createProject(domain.id, { name: wanted.projectName, description: '' });
    const user = await users.create(domain.id, {
      name: wanted.userName,
      password: wanted.password,
      description: '',
      enabled: true,
    });
    const group = await groups.create(domain.id, { name: 'admin', description: 'Administrators' });
    await groups.addMember(domain.id, group.id, user.id);
    const scope = { kind: 'domain', id: domain.id } as const;
    for (const policyId of [TENANT_ADMINISTRATOR, SECURITY_ADMINISTRATOR]) {
      await groups.grant(domain.id, { holder: { kind: 'group', id: group.id }, policyId, scope });
    }
    const { key, secretKey } = await keys.create(user.id, '');
    const { accessKey } = key;
    return { domain, project, userId: user.id, userName: user.name, password: wanted.password, accessKey, secretKey };
  }

  projects(domainId: string): Project[] {
    const { directory } = this.#deps;
    return [...directory.within(directory.projects, domainId)];
  }

  /** Throws `invalid_request`, `resource_exists`, `identity_quota`. */
  createProject(domainId: string, { name, description }: { name: string; description: string }): Promise<Project> {
    const { directory, identities, changes } = this.#deps;
    checkName(name, 'project.name');
    return changes.run(domainId, async () => {
      checkRoom(count(directory.within(directory.projects, domainId)), IDENTITY_LIMITS.projects, 'projects');
      const project = { id: randomBytes(16).toString('hex'), name, domainId, description };
      if (!(await identities.addProject(project))) throw taken('project', name);
      directory.projects.set(project.id, project);
      return project;
    });
  }

  /** Throws `not_found`, `resource_in_use` while there is anything in it or it is the only one. */
  removeProject(domainId: string, id: string): Promise<void> {
    const { directory, identities, changes } = this.#deps;
    const remove = async (): Promise<void> => {
      const project = directory.projects.get(id);
      if (project?.domainId !== domainId) throw missing('project', id);
      await this.#checkEmpty(project);
      if (this.projects(domainId).length === 1) {
        throw new PlatformError('resource_in_use', 'an account has at least one project');
      }
      await identities.removeProject(id);
      for (const grant of [...directory.allGrants()]) {
        if (grant.scope.kind === 'project' && grant.scope.id === id) directory.withdraw(grant);
      }
      directory.projects.delete(id);
    };
    return changes.run(domainId, () => this.gate.closed([id], remove));
  }

  async #checkEmpty({ id, name }: Project): Promise<void> {
    const contents = await this.#deps.contentsOf(id);
    if (contents.length === 0) return;
    throw new PlatformError('resource_in_use', `project ${name} has ${contents.join(', ')}`, {
      hint: 'Delete them first.',
    });
  }

  /** With the one that is always there. */
  enterpriseProjects(domainId: string): EnterpriseProject[] {
    const { directory } = this.#deps;
    return [defaultOf(domainId), ...directory.within(directory.enterpriseProjects, domainId)];
  }

  /** Throws `not_found`. */
  enterpriseProject(domainId: string, id: string): EnterpriseProject {
    const found = this.enterpriseProjects(domainId).find((one) => one.id === id);
    if (found === undefined) throw missing('enterprise project', id);
    return found;
  }

  /** One that something may be put into. Throws `unknown_enterprise_project`. */
  checkEnterpriseProject(projectId: string, id: string): void {
    const domainId = this.#deps.directory.projects.get(projectId)?.domainId ?? '';
    if (this.enterpriseProjects(domainId).some((one) => one.id === id && one.enabled)) return;
    throw new PlatformError(
      'unknown_enterprise_project',
      `enterprise_project_id: there is no enterprise project ${JSON.stringify(id.slice(0, 64))} in use`,
      { hint: 'List them with: fgs iam enterprise-projects list. 0 is the default one.' },
    );
  }

  createEnterpriseProject(
    domainId: string,
    { name, description }: { name: string; description: string },
  ): Promise<EnterpriseProject> {
    const { directory, rights, clock, changes } = this.#deps;
    checkName(name, 'name');
    return changes.run(domainId, async () => {
      const all = this.enterpriseProjects(domainId);
      checkRoom(all.length, IDENTITY_LIMITS.enterpriseProjects, 'enterprise projects');
      const id = randomBytes(16).toString('hex');
      const one = { id, domainId, name, description, enabled: true, createdAt: clock.now() };
      if (name === 'default' || !(await rights.addEnterpriseProject(one))) throw taken('enterprise project', name);
      directory.enterpriseProjects.set(id, one);
      return one;
    });
  }

  /** The default one cannot be changed: `forbidden`. */
  updateEnterpriseProject(
    domainId: string,
    id: string,
    change: { name?: string; description?: string; enabled?: boolean },
  ): Promise<EnterpriseProject> {
    const { directory, rights, changes } = this.#deps;
    if (change.name !== undefined) checkName(change.name, 'name');
    return changes.run(domainId, async () => {
      if (id === DEFAULT_ENTERPRISE_PROJECT) {
        throw new PlatformError('forbidden', 'The default enterprise project cannot be changed.');
      }
      const one = { ...this.enterpriseProject(domainId, id), ...change };
      if (!(await rights.replaceEnterpriseProject(one))) throw taken('enterprise project', one.name);
      directory.enterpriseProjects.set(id, one);
      return one;
    });
  }
}

function defaultOf(domainId: string): EnterpriseProject {
  const name = 'default';
  return { id: DEFAULT_ENTERPRISE_PROJECT, domainId, name, description: '', enabled: true, createdAt: 0 };
}

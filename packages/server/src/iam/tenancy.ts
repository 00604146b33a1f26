import { randomBytes } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';
import { type ChangeParts, checkAdded, checkName, IDENTITY_LIMITS, missing, taken } from './change.ts';
import { ProjectGate } from './project-gate.ts';
import { DEFAULT_ENTERPRISE_PROJECT, type Domain, type EnterpriseProject, type Project } from './types.ts';

export interface TenancyDeps extends ChangeParts {
  /** The contents of a project, in words. */
  contentsOf(projectId: string): Promise<readonly string[]>;
}

/** Accounts, their projects, and their enterprise projects. */
export class Tenancy {
  readonly #deps: TenancyDeps;
  /** Passed by requests that may create resources in a project. */
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

  projects(domainId: string): Project[] {
    const { directory } = this.#deps;
    return [...directory.within(directory.projects, domainId)];
  }

  /** Throws `invalid_request`, `resource_exists`, `identity_quota`. */
  createProject(domainId: string, { name, description }: { name: string; description: string }): Promise<Project> {
    const { identities, changes } = this.#deps;
    checkName(name, 'project.name');
    return changes.run(domainId, async () => {
      const project = { id: randomBytes(16).toString('hex'), name, domainId, description };
      checkAdded(await identities.addProject(project, IDENTITY_LIMITS.projects), 'projects', name);
      return project;
    });
  }

  /** Throws `not_found`, `resource_in_use` while it has contents or is the only one. */
  removeProject(domainId: string, id: string): Promise<void> {
    const { directory, identities, changes } = this.#deps;
    const remove = async (): Promise<void> => {
      const project = directory.projects.get(id);
      if (project?.domainId !== domainId) throw missing('project', id);
      await this.checkEmpty(project);
      if (this.projects(domainId).length === 1) {
        throw new PlatformError('resource_in_use', 'an account has at least one project');
      }
      await identities.removeProject(id);
    };
    return changes.run(domainId, () => this.gate.closed([id], remove));
  }

  /** Throws `resource_in_use`, naming the contents. */
  async checkEmpty({ id, name }: Project): Promise<void> {
    const contents = await this.#deps.contentsOf(id);
    if (contents.length === 0) return;
    throw new PlatformError('resource_in_use', `project ${name} has ${contents.join(', ')}`, {
      hint: 'Delete them first.',
    });
  }

  /** Includes the default one, which always exists. */
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

  /** An enterprise project that accepts new resources. Throws `unknown_enterprise_project`. */
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
    const { rights, clock, changes } = this.#deps;
    checkName(name, 'name');
    return changes.run(domainId, async () => {
      const id = randomBytes(16).toString('hex');
      const one = { id, domainId, name, description, enabled: true, createdAt: clock.now() };
      if (name === 'default') throw taken('enterprise project', name);
      // the default one has no row
      const most = IDENTITY_LIMITS.enterpriseProjects - 1;
      checkAdded(await rights.addEnterpriseProject(one, most), 'enterpriseProjects', name);
      return one;
    });
  }

  /** The default one cannot be changed: `forbidden`. */
  updateEnterpriseProject(
    domainId: string,
    id: string,
    change: { name?: string; description?: string; enabled?: boolean },
  ): Promise<EnterpriseProject> {
    const { rights, changes } = this.#deps;
    if (change.name !== undefined) checkName(change.name, 'name');
    return changes.run(domainId, async () => {
      if (id === DEFAULT_ENTERPRISE_PROJECT) {
        throw new PlatformError('forbidden', 'The default enterprise project cannot be changed.');
      }
      const one = { ...this.enterpriseProject(domainId, id), ...change };
      if (!(await rights.replaceEnterpriseProject(one))) throw taken('enterprise project', one.name);
      return one;
    });
  }
}

function defaultOf(domainId: string): EnterpriseProject {
  const name = 'default';
  return { id: DEFAULT_ENTERPRISE_PROJECT, domainId, name, description: '', enabled: true, createdAt: 0 };
}

import { randomBytes } from 'node:crypto';
import { LIMITS } from '@funcgraph/api';
import type { FunctionName, Functions, FunctionTemplates, NewFunction } from '../../control/index.ts';
import { DEFAULT_PACKAGE, LATEST } from '../../domain/names.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkApplication, environmentOf, readParams } from './application-plan.ts';
import type { ApplicationStore } from './application-store.ts';
import type { ApplicationTemplates } from './application-templates.ts';
import type { Application, ApplicationMember, ApplicationTemplate, NewApplication } from './types.ts';

export interface ApplicationsOptions {
  readonly store: ApplicationStore;
  readonly templates: ApplicationTemplates;
  readonly functionTemplates: FunctionTemplates;
  readonly functions: Functions;
  readonly clock: Clock;
}

/** A function that is to be made for an application. */
export interface PlannedFunction {
  readonly role: string;
  readonly fn: NewFunction;
}

/** A checked application, before anything is made. */
export interface ApplicationPlan {
  readonly application: Application;
  readonly functions: readonly PlannedFunction[];
}

/**
 * Applications: functions that were created together from a template and are deleted together. Unlike in the cloud,
 * they have no repository and no pipeline: the functions are created at once, and changed like all others.
 */
export class Applications {
  readonly #options: ApplicationsOptions;

  constructor(options: ApplicationsOptions) {
    this.#options = options;
  }

  /** Call once, before the first request. Marks applications that a killed server left half made as failed. */
  async start(): Promise<void> {
    const { store, clock } = this.#options;
    const message = 'the server stopped while the application was made: delete it, and functions with its name, if any';
    await store.failUnfinished(message, clock.now());
  }

  list(projectId: string): Promise<Application[]> {
    return this.#options.store.list(projectId);
  }

  /** Throws `application_not_found`. */
  async show(projectId: string, id: string): Promise<{ application: Application; members: ApplicationMember[] }> {
    const application = await this.#options.store.find(projectId, id);
    if (application === undefined) {
      throw new PlatformError('application_not_found', `there is no application ${id.slice(0, 80)}`);
    }
    return { application, members: await this.#options.store.members(id) };
  }

  /** How many applications of a project were made from a template. */
  async countOf(projectId: string, templateId: string): Promise<number> {
    return (await this.list(projectId)).filter((each) => each.templateId === templateId).length;
  }

  /**
   * Checks an application and returns the functions it would create; changes nothing. Throws `invalid_application`,
   * `application_exists`, `function_exists`, `function_template_not_found`, `description_too_long` or
   * `invalid_request`.
   */
  async plan(projectId: string, added: NewApplication): Promise<ApplicationPlan> {
    checkApplication(added);
    const template = await this.#options.templates.find(added.templateId);
    const values = readParams(template.params, added.params);
    if ((await this.list(projectId)).some(({ name }) => name === added.name)) throw exists(added.name);
    const functions = await this.#planFunctions(template, values, added);
    const now = this.#options.clock.now();
    for (const { fn } of functions) await this.#refuseTaken(projectId, fn.name);
    return {
      functions,
      application: {
        id: randomBytes(16).toString('hex'),
        projectId,
        name: added.name,
        templateId: template.id,
        description: added.description,
        status: 'creating',
        message: '',
        createdAt: now,
        modifiedAt: now,
      },
    };
  }

  /**
   * Makes all functions of a plan or none. Throws `application_exists`, `application_quota`, and the errors of creating
   * a function.
   */
  async create({ application, functions }: ApplicationPlan): Promise<Application> {
    const { store, clock } = this.#options;
    const { id, projectId, name } = application;
    const outcome = await store.insert(application, LIMITS.applicationsPerProject);
    if (outcome === 'exists') throw exists(name);
    if (outcome === 'quota') {
      const message = `the project has ${LIMITS.applicationsPerProject} applications, as many as it may have`;
      throw new PlatformError('application_quota', message, { hint: 'Delete applications that are not needed.' });
    }
    const made: FunctionName[] = [];
    try {
      for (const { role, fn: planned } of functions) {
        const { fn } = await this.#options.functions.create(projectId, planned);
        made.push(fn);
        await store.addMember(id, fn.id, role);
      }
      await store.setStatus(id, 'success', '', clock.now());
    } catch (error) {
      await this.#takeBack(id, made);
      throw error;
    }
    return { ...application, status: 'success' };
  }

  /** With its functions. Throws `application_not_found`, `resource_in_use` while it is made. */
  async delete(projectId: string, id: string): Promise<void> {
    const { application, members } = await this.show(projectId, id);
    if (application.status === 'creating') {
      throw new PlatformError('resource_in_use', `application ${application.name} is still being made`);
    }
    for (const { package: pkg, name } of members) await this.#deleteFunction({ projectId, package: pkg, name });
    await this.#options.store.remove(id);
  }

  async #planFunctions(
    template: ApplicationTemplate,
    values: ReadonlyMap<string, string>,
    { name, agency, enterpriseProjectId }: NewApplication,
  ): Promise<PlannedFunction[]> {
    const { functionTemplates } = this.#options;
    return Promise.all(
      template.functions.map(async (part) => {
        const base = await functionTemplates.find(part.template);
        const { codeType, bytes } = await functionTemplates.code(base);
        const { plain, secret } = environmentOf(part, base.environment ?? {}, template.params, values);
        const fn: NewFunction = {
          name: `${name}-${part.role}`,
          package: DEFAULT_PACKAGE,
          runtime: functionTemplates.runtimeOf(base),
          handler: base.handler,
          timeoutSeconds: base.timeout,
          memoryMb: base.memory,
          returnStream: base.stream ?? false,
          description: base.description.en,
          env: plain,
          secrets: secret,
          agency,
          enterpriseProjectId,
          code: { type: codeType, fileName: codeType === 'zip' ? `${base.id}.zip` : '', bytes },
        };
        return { role: part.role, fn };
      }),
    );
  }

  async #refuseTaken(projectId: string, name: string): Promise<void> {
    const { catalog } = this.#options.functions.access;
    if (catalog.resolve(projectId, DEFAULT_PACKAGE, name, LATEST) === undefined) return;
    throw new PlatformError('function_exists', `function ${name} exists in package ${DEFAULT_PACKAGE}`, {
      hint: 'Give the application another name.',
    });
  }

  /** Functions that cannot be deleted now stay with the application, which is marked as failed. */
  async #takeBack(id: string, made: readonly FunctionName[]): Promise<void> {
    const { store, clock } = this.#options;
    try {
      for (const name of made) await this.#deleteFunction(name);
      await store.remove(id);
    } catch (error) {
      await store.setStatus(id, 'failed', 'not all of its functions could be made', clock.now()).catch(() => undefined);
      throw error;
    }
  }

  /** Another request may have deleted it already. */
  async #deleteFunction({ projectId, package: pkg, name }: FunctionName): Promise<void> {
    try {
      await this.#options.functions.delete({ projectId, package: pkg, name });
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'function_not_found') throw error;
    }
  }
}

function exists(name: string): PlatformError {
  return new PlatformError('application_exists', `there is an application ${name}`, {
    hint: 'Delete it, or give another name.',
  });
}

import type { DecodedBody, Routes } from '@funcgraph/api';
import { functionUrn } from '../../control/index.ts';
import { DEFAULT_PACKAGE, LATEST } from '../../domain/names.ts';
import type { Handlers } from '../../ingress/index.ts';
import { authorizeNamed, languageOf, type NamingDeps, pageOf } from '../../ingress/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApplicationTemplates } from './application-templates.ts';
import type { Applications } from './applications.ts';
import type { ApplicationMember, NewApplication } from './types.ts';

type Ids =
  | 'createFunctionApp'
  | 'listFunctionApplications'
  | 'showFunctionApp'
  | 'deleteFunctionApp'
  | 'listAppTemplates'
  | 'showAppTemplate';

export interface ApplicationDeps extends NamingDeps {
  readonly applications: Applications;
  readonly applicationTemplates: ApplicationTemplates;
  readonly region: string;
}

const PAGE = { usual: '100', most: 500 };

/** Applications and their templates. Creating or deleting one requires the same rights on its functions. */
export function applicationHandlers(deps: ApplicationDeps): Handlers<Ids> {
  const { iam, applications, applicationTemplates: templates, region } = deps;
  const resource = (projectId: string, member: ApplicationMember) => ({
    physical_resource_id: functionUrn({ projectId, package: member.package, name: member.name }, region, LATEST),
    physical_resource_name: member.name,
    logical_resource_name: member.role,
    logical_resource_type: 'huaweicloud_fgs_function',
    resource_status: 'CREATE_COMPLETE',
    status_message: '',
    href: '',
    display_name: 'FunctionGraph',
  });
  return {
    async createFunctionApp(request) {
      const { caller, peer, params } = request;
      const projectId = params.project_id;
      const plan = await applications.plan(projectId, newApplication(request.body));
      for (const { fn: planned } of plan.functions) {
        const fn = { package: DEFAULT_PACKAGE, name: planned.name };
        const { enterpriseProjectId = '' } = planned;
        iam.authorize(caller, { action: 'functiongraph:function:create', projectId, fn, enterpriseProjectId, peer });
        authorizeNamed(deps, planned, { caller, peer, projectId });
      }
      return { application_id: (await applications.create(plan)).id };
    },

    async listFunctionApplications(request) {
      const { marker, limit } = request.query;
      const all = await applications.list(request.params.project_id);
      const { items, next_marker, count } = pageOf(all, { marker, requested: limit || PAGE.usual, most: PAGE.most });
      return {
        applications: items.map(({ id, name, status, modifiedAt, description }) => ({
          id,
          name,
          status,
          last_modified_time: modifiedAt,
          description,
        })),
        next_marker,
        count,
      };
    },

    async showFunctionApp({ params }) {
      const { application, members } = await applications.show(params.project_id, params.id);
      const { id, name, description, status, message, projectId, modifiedAt, templateId } = application;
      return {
        name,
        description,
        status,
        status_message: message,
        project_id: projectId,
        last_modified_time: modifiedAt,
        stack_id: id,
        stack_name: name,
        template_id: templateId,
        stack_resources: members.map((member) => resource(projectId, member)),
      };
    },

    async deleteFunctionApp({ params, caller, peer }) {
      const projectId = params.project_id;
      const { members } = await applications.show(projectId, params.id);
      for (const fn of members) {
        iam.authorize(caller, { action: 'functiongraph:function:delete', projectId, fn, peer });
      }
      await applications.delete(projectId, params.id);
      return {};
    },

    async listAppTemplates(request) {
      const { marker, maxitems, runtime, category } = request.query;
      const all = await templates.list({ runtime: runtime || undefined, category: category || undefined });
      const { items, next_marker, count } = pageOf(all, { marker, requested: maxitems || PAGE.usual, most: PAGE.most });
      const language = languageOf(request.headers);
      const shown = items.map(async (each) => ({
        id: each.id,
        name: each.title[language],
        runtime: await templates.runtimeOf(each),
        category: each.category,
        description: each.description[language],
        image: '',
      }));
      return { templates: await Promise.all(shown), next_marker, count };
    },

    async showAppTemplate({ params, headers }) {
      const found = await templates.find(params.id);
      const language = languageOf(headers);
      const time = Date.parse(`${found.updated}T00:00:00Z`);
      const requested = found.params.map((param) => ({
        name: param.name,
        description: param.description[language],
        required: param.required,
        default: param.default ?? '',
        secret: param.secret ?? false,
      }));
      return {
        name: found.title[language],
        description: found.description[language],
        runtime: await templates.runtimeOf(found),
        category: found.category,
        image: '',
        params: JSON.stringify(requested),
        deploy_count: await applications.countOf(params.project_id, found.id),
        version: found.version,
        template_guide: found.guide[language],
        create_time: time,
        update_time: time,
        resources: found.functions.map(({ role, template }) => ({
          resource_name: `${role} (${template})`,
          icon: '',
          href: '',
        })),
      };
    },
  };
}

/** Throws `invalid_request`. */
function newApplication(body: DecodedBody<Routes['createFunctionApp']>): NewApplication {
  const { name, template_id: templateId, description = '', params = {} } = body;
  if (templateId === '') {
    throw new PlatformError('invalid_request', 'template_id is missing', {
      hint: 'listAppTemplates shows the available templates.',
    });
  }
  const { enterprise_project_id, agency_name } = body;
  return {
    name,
    templateId,
    description,
    enterpriseProjectId: enterprise_project_id || undefined,
    agency: agency_name || undefined,
    params,
  };
}

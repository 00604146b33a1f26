import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import {
  ApplicationDetail,
  ApplicationId,
  ApplicationList,
  AppTemplateDetail,
  AppTemplateList,
  CreateApplicationBody,
} from '../schemas/application.ts';
import { ProjectParams } from '../schemas/common.ts';

const APPLICATIONS = '/v2/{project_id}/fgs/applications';
const TEMPLATES = '/v2/{project_id}/fgs/application/templates';

const IdParams = Type.Object({ project_id: Type.String(), id: Type.String() });

/** Negative numbers pass the schema so that the refusal names the field. */
const Offset = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,10}$' }));

export const applicationRoutes = {
  createFunctionApp: route({
    method: 'POST',
    path: APPLICATIONS,
    action: 'functiongraph:application:create',
    resource: namedIn('body', 'name'),
    group: 'application',
    summary: 'Create the functions of an application template together, without repository or pipeline',
    params: ProjectParams,
    body: CreateApplicationBody,
    response: ApplicationId,
  }),
  listFunctionApplications: route({
    method: 'GET',
    path: APPLICATIONS,
    action: 'functiongraph:application:list',
    group: 'application',
    summary: 'Applications of the project, newest first',
    params: ProjectParams,
    query: Type.Object({ marker: Offset, limit: Offset }),
    response: ApplicationList,
  }),
  showFunctionApp: route({
    method: 'GET',
    path: `${APPLICATIONS}/{id}`,
    action: 'functiongraph:application:get',
    group: 'application',
    summary: 'An application and its functions',
    params: IdParams,
    response: ApplicationDetail,
  }),
  deleteFunctionApp: route({
    method: 'DELETE',
    path: `${APPLICATIONS}/{id}`,
    action: 'functiongraph:application:delete',
    group: 'application',
    summary: 'Delete an application with its functions',
    params: IdParams,
    status: 204,
  }),
  listAppTemplates: route({
    method: 'GET',
    path: TEMPLATES,
    action: 'functiongraph:application:list',
    group: 'application',
    summary: 'Templates for applications',
    params: ProjectParams,
    query: Type.Object({
      marker: Offset,
      maxitems: Offset,
      runtime: Type.Optional(Type.String()),
      category: Type.Optional(Type.String()),
    }),
    response: AppTemplateList,
  }),
  showAppTemplate: route({
    method: 'GET',
    path: `${TEMPLATES}/{id}`,
    action: 'functiongraph:application:get',
    group: 'application',
    summary: 'An application template with its parameters',
    params: IdParams,
    response: AppTemplateDetail,
  }),
} as const;

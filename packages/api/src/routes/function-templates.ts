import { Type } from 'typebox';
import { route } from '../route.ts';
import { ProjectParams } from '../schemas/common.ts';
import { FunctionTemplate, FunctionTemplateList, TemplateFiles } from '../schemas/function-template.ts';

const TEMPLATES = '/v2/{project_id}/fgs/templates';

/** Negative numbers pass the schema so that the refusal names the field. */
const Offset = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,10}$' }));

export const functionTemplateRoutes = {
  listFunctionTemplate: route({
    method: 'GET',
    path: TEMPLATES,
    action: 'functiongraph:template:list',
    group: 'template',
    summary: 'Functions to begin with; all are public',
    params: ProjectParams,
    query: Type.Object({
      marker: Offset,
      maxitems: Offset,
      ispublic: Type.Optional(Type.String()),
      runtime: Type.Optional(Type.String()),
      scene: Type.Optional(Type.String()),
      service: Type.Optional(Type.String()),
    }),
    response: FunctionTemplateList,
  }),
  showFunctionTemplate: route({
    method: 'GET',
    path: `${TEMPLATES}/{template_id}`,
    action: 'functiongraph:template:get',
    group: 'template',
    summary: 'One template with its code',
    params: Type.Object({ project_id: Type.String(), template_id: Type.String() }),
    response: FunctionTemplate,
  }),
  showTemplateFiles: route({
    method: 'GET',
    path: `${TEMPLATES}/{template_id}/files`,
    action: 'functiongraph:template:get',
    group: 'template',
    summary: 'The files of a template with its README, for a folder to work in',
    params: Type.Object({ project_id: Type.String(), template_id: Type.String() }),
    response: TemplateFiles,
  }),
} as const;

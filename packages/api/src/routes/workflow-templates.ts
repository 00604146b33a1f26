import { Type } from 'typebox';
import { route } from '../route.ts';
import { ProjectParams } from '../schemas/common.ts';
import { FlowTemplate, FlowTemplateList } from '../schemas/workflow-template.ts';

const TEMPLATES = '/v1/{project_id}/workflow-templates';

export const workflowTemplateRoutes = {
  listWorkflowTemplates: route({
    method: 'GET',
    path: TEMPLATES,
    action: 'functiongraph:template:list',
    group: 'template',
    summary: 'Flows to begin with',
    params: ProjectParams,
    response: FlowTemplateList,
  }),
  showWorkflowTemplate: route({
    method: 'GET',
    path: `${TEMPLATES}/{template_id}`,
    action: 'functiongraph:template:get',
    group: 'template',
    summary: 'A flow to begin with, as a graph and as files, with the code of the functions that it calls',
    params: Type.Object({ project_id: Type.String(), template_id: Type.String() }),
    response: FlowTemplate,
  }),
} as const;

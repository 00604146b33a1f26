import { Type } from 'typebox';
import { route } from '../route.ts';
import { ProjectParams } from '../schemas/common.ts';
import { Deployment, DeploymentList, PutDeploymentBody } from '../schemas/deployment.ts';

const DEPLOYMENTS = '/v1/{project_id}/deployments';
const DEPLOYMENT = `${DEPLOYMENTS}/{name}/{stage}` as const;

const DeploymentParams = Type.Object({ project_id: Type.String(), name: Type.String(), stage: Type.String() });

/** Ours: what `fgs deploy` made from a project file, so that it later deletes this and nothing else. */
export const deploymentRoutes = {
  listDeployments: route({
    method: 'GET',
    path: DEPLOYMENTS,
    action: 'functiongraph:deployment:list',
    group: 'deployment',
    summary: 'Project files that were deployed, by name and stage',
    params: ProjectParams,
    response: DeploymentList,
  }),
  showDeployment: route({
    method: 'GET',
    path: DEPLOYMENT,
    action: 'functiongraph:deployment:get',
    group: 'deployment',
    summary: 'What was made from a project file in one stage',
    params: DeploymentParams,
    response: Deployment,
  }),
  putDeployment: route({
    method: 'PUT',
    path: DEPLOYMENT,
    action: 'functiongraph:deployment:update',
    group: 'deployment',
    summary: 'Record what is made from a project file; refused when another client changed the record meanwhile',
    params: DeploymentParams,
    body: PutDeploymentBody,
    response: Deployment,
  }),
  deleteDeployment: route({
    method: 'DELETE',
    path: DEPLOYMENT,
    action: 'functiongraph:deployment:delete',
    group: 'deployment',
    summary: 'Forget what was made from a project file; the resources themselves stay',
    params: DeploymentParams,
    status: 204,
  }),
} as const;

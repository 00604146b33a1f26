import type { ResourceDeps } from '../resource.ts';
import { DeploymentStore } from './deployment-store.ts';
import { Deployments } from './deployments.ts';
import { deploymentHandlers } from './handlers.ts';

export const deployments = ({ db, clock }: ResourceDeps) => ({
  handlers: deploymentHandlers(new Deployments(new DeploymentStore(db), clock)),
});

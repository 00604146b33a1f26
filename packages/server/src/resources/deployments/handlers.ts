import type { Handlers } from '../../ingress/index.ts';
import type { Deployments } from './deployments.ts';

type Ids = 'listDeployments' | 'showDeployment' | 'putDeployment' | 'deleteDeployment';

/** Records of what project files made. The server only stores them; `fgs deploy` decides by them. */
export function deploymentHandlers(deployments: Deployments): Handlers<Ids> {
  return {
    listDeployments: async ({ params }) => ({ deployments: await deployments.list(params.project_id) }),
    showDeployment: async ({ params }) => deployments.show(params),
    putDeployment: async ({ params, body }) => deployments.put(params, body),
    async deleteDeployment({ params }) {
      await deployments.delete(params);
      return {};
    },
  };
}

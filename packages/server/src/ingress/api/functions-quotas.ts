import { type Functions, PROJECT_QUOTA, type Runtimes } from '../../control/index.ts';
import type { Handlers } from '../http/handler.ts';

const MEBIBYTE = 1024 * 1024;

/** Quotas that this server enforces, with what is really used, and the runtimes a function can be created with. */
export function functionQuotaHandlers(deps: {
  readonly functions: Functions;
  readonly runtimes: Runtimes;
}): Handlers<'listQuotas' | 'listRuntimeTypes'> {
  return {
    async listQuotas(request) {
      const used = await deps.functions.usage(request.params.project_id);
      return {
        quotas: {
          resources: [
            { type: 'fgs_func_num', quota: PROJECT_QUOTA.functions, used: used.functions },
            {
              type: 'fgs_func_code_size',
              quota: PROJECT_QUOTA.codeBytes / MEBIBYTE,
              used: Math.ceil(used.codeBytes / MEBIBYTE),
              unit: 'MB',
            },
          ],
        },
      };
    },

    async listRuntimeTypes() {
      return deps.runtimes.available().map((name) => ({ type: name, display_name: name }));
    },
  };
}

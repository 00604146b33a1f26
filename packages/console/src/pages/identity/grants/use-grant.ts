import { useTexts } from '../../../i18n/index.ts';
import { useChange } from '../../../parts/use-change.ts';

/** Where a policy counts, as a form has it. */
export interface ScopeChoice {
  readonly scope: 'domain' | 'project' | 'enterprise_project';
  readonly project?: string;
  readonly enterpriseProject?: string;
}

export type Holder = { readonly group_id: string } | { readonly agency_id: string };

function scopeOf({ scope, project, enterpriseProject }: ScopeChoice) {
  if (scope === 'project' && project !== undefined) return { project_id: project };
  if (scope === 'enterprise_project' && enterpriseProject !== undefined) {
    return { enterprise_project_id: enterpriseProject };
  }
  return {};
}

/** Grants policies to a group or an agency, until one fails. */
export function useGrant() {
  const { t } = useTexts('identity');
  const { send, isBusy } = useChange('createGrant');
  const grant = async (holder: Holder, policies: readonly string[], scope: ScopeChoice): Promise<boolean> => {
    for (const role_id of policies) {
      const granted = await send(
        { body: { ...holder, role_id, ...scopeOf(scope) } },
        { failed: () => t('grants.failed') },
      );
      if (granted === undefined) return false;
    }
    return true;
  };
  return { grant, isBusy };
}

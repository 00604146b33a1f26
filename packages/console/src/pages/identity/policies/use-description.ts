import { useTexts } from '../../../i18n/index.ts';
import { isOwn, type Policy } from '../grants/use-policies.ts';

/** Policies that every account has, by their names. */
const SYSTEM = {
  'Tenant Administrator': 'system.tenant',
  'Security Administrator': 'system.security',
  'FunctionGraph FullAccess': 'system.full',
  'FunctionGraph ReadOnlyAccess': 'system.readOnly',
  'FunctionGraph CommonOperations': 'system.common',
  'Agent Operator': 'system.agent',
} as const;

/** The description of a policy, in the language of the page for those that the system has. */
export function useDescription(): (policy: Policy) => string {
  const { t } = useTexts('policies');
  return (policy) => {
    const key = isOwn(policy) ? undefined : Object.entries(SYSTEM).find(([name]) => name === policy.display_name)?.[1];
    return key === undefined ? policy.description : t(key);
  };
}

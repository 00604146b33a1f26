import { LIMITS } from '@funcgraph/api/limits';
import type { TriggerField, TriggerForm } from '../trigger-form.ts';

type Gateway = TriggerForm<'APIG', 'func_info.timeout' | 'func_info.invocation_type'>;

const FIELDS: Gateway['fields'] = [
  { name: 'name', label: 'api_name', input: 'text', isRequired: true },
  { name: 'path', label: 'path', hint: 'path', input: 'text', isRequired: true, pattern: /^\// },
  {
    name: 'req_method',
    label: 'req_method',
    input: 'choice',
    choices: ['ANY', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'],
  },
  { name: 'match_mode', label: 'match_mode', input: 'choice', choices: ['SWA', 'NORMAL'] },
  { name: 'group_id', label: 'group_id', input: 'group', isRequired: true },
  { name: 'env_name', label: 'env_name', hint: 'env_name', input: 'stage', isRequired: true },
  { name: 'auth', label: 'auth', hint: 'auth', input: 'choice', choices: ['APP', 'IAM', 'NONE'], isWide: true },
  { name: 'protocol', label: 'protocol', input: 'choice', choices: ['HTTP', 'HTTPS'] },
  {
    name: 'func_info.timeout',
    label: 'timeout',
    input: 'number',
    isRequired: true,
    ...LIMITS.apiTimeoutMs,
  },
  {
    name: 'func_info.invocation_type',
    label: 'invocation_type',
    input: 'choice',
    choices: ['sync', 'async'],
    isWide: true,
    when: (_, { isHttp }) => !isHttp,
  },
];

const INSTANCE: TriggerField<'instance_id'> = {
  name: 'instance_id',
  label: 'instance_id',
  hint: 'gateway_instance',
  input: 'text',
  isRequired: true,
  isWide: true,
};

const SHARED: Gateway = {
  fields: FIELDS,
  initial: ({ name }) => ({
    name: `API_${name}`,
    type: 1,
    path: `/${name}`,
    req_method: 'ANY',
    match_mode: 'SWA',
    group_id: 'DEFAULT',
    env_name: 'RELEASE',
    auth: 'IAM',
    protocol: 'HTTP',
    func_info: { timeout: 5000, invocation_type: 'sync' },
  }),
  isAlwaysOn: true,
  isForHttp: true,
  shown: ['req_method', 'auth', 'group_id', 'env_name'],
};

export const sharedGatewayForm = SHARED;

export const dedicatedGatewayForm: Gateway = {
  ...SHARED,
  fields: [INSTANCE, ...FIELDS],
  initial: (target) => ({ ...SHARED.initial(target), instance_id: 'funcgraph' }),
};

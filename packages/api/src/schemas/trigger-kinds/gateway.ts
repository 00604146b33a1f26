import { Type } from 'typebox';
import { WireInt as Int, Nullable, WireText as Text } from '../common.ts';
import type { TriggerDescription } from './description.ts';

const FunctionInfo = Type.Object({
  function_urn: Text('This function; the URN of the request unless given.'),
  invocation_type: Text('sync or async'),
  timeout: Int('How long the caller waits for the function at most, in ms: 1 to 60000.'),
  version: Text(),
});

const fields = Type.Object({
  name: Text('Name of the API.'),
  type: Int('1 public, 2 private'),
  path: Text('/users/{id}'),
  protocol: Text('HTTP or HTTPS'),
  req_method: Text('GET, POST, PUT, DELETE, HEAD, PATCH, OPTIONS or ANY'),
  group_id: Text(),
  group_name: Text(),
  match_mode: Text('SWA for the path and all below it, NORMAL for the path alone'),
  env_name: Text('RELEASE unless given'),
  env_id: Text(),
  auth: Text('IAM, APP or NONE; IAM unless given'),
  backend_type: Text('FUNCTION'),
  func_info: Nullable(FunctionInfo),
  sl_domain: Text(),
  instance_id: Text('the gateway'),
});

export const gatewayTrigger = {
  fields,
  words: ({ req_method, invoke_url, match_mode, env_name, auth }) => {
    const below = match_mode === 'SWA' ? ' and below' : '';
    const stage = env_name === 'RELEASE' ? '' : ` in ${env_name}`;
    return `${req_method} ${invoke_url}${below}${stage} (${auth})`;
  },
} as const satisfies TriggerDescription;

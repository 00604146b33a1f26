import { Type } from 'typebox';
import { WireInt as Int, Nullable, WireText as Text } from '../common.ts';

const FunctionInfo = Type.Object({
  function_urn: Text('This function; the URN of the request unless given.'),
  invocation_type: Text('sync or async'),
  timeout: Int('How long the caller waits for the function at most, in ms: 1 to 60000.'),
  version: Text(),
});

export const gatewayFields = Type.Object({
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

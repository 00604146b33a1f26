import { Type } from 'typebox';
import { WireInt as Int, Nullable, WireText as Text } from '../common.ts';

const FunctionInfo = Type.Object({
  function_urn: Text('This function; the URN of the request unless given.'),
  invocation_type: Text('sync or async'),
  timeout: Int('How long the caller waits for the function at most, in ms: 1 to 60000.'),
  version: Text(),
});

export const gatewayFields = {
  name: Text('Name of the timer, or of the API.'),
  type: Int('APIG: 1 public, 2 private'),
  path: Text('APIG: /users/{id}'),
  protocol: Text('APIG: HTTP or HTTPS'),
  req_method: Text('APIG: GET, POST, PUT, DELETE, HEAD, PATCH, OPTIONS or ANY'),
  group_id: Text('APIG'),
  group_name: Text('APIG'),
  match_mode: Text('APIG: SWA for the path and all below it, NORMAL for the path alone'),
  env_name: Text('APIG: RELEASE unless given'),
  env_id: Text('APIG'),
  auth: Text('APIG: IAM, APP or NONE; IAM unless given'),
  backend_type: Text('APIG: FUNCTION'),
  func_info: Nullable(FunctionInfo),
  sl_domain: Text('APIG'),
  instance_id: Text('APIG: the gateway'),
};

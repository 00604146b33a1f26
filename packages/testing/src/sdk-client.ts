import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Core from '@huaweicloud/huaweicloud-sdk-core';
import type * as Sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import type { Credentials } from './server-process.ts';

const CORE = '@huaweicloud/huaweicloud-sdk-core';
const FUNCTION_GRAPH = '@huaweicloud/huaweicloud-sdk-functiongraph';

/** A client of the official SDK, as the project of the tests has it installed. Throws when it has not. */
export function connectSdk(
  credentials: Pick<Credentials, 'endpoint' | 'project_id' | 'access_key' | 'secret_key'>,
  from = process.cwd(),
): Sdk.FunctionGraphClient {
  const load = createRequire(join(from, 'package.json'));
  let core: typeof Core;
  let sdk: typeof Sdk;
  try {
    core = load(CORE) as typeof Core;
    sdk = load(FUNCTION_GRAPH) as typeof Sdk;
  } catch (cause) {
    // the SDK uses uuid without naming it as a dependency
    const command = `npm install --save-dev ${CORE} ${FUNCTION_GRAPH} uuid@9`;
    throw new Error(`sdkClient needs the official SDK in ${from}: ${command}`, { cause });
  }
  const { access_key, secret_key, project_id, endpoint } = credentials;
  const credential = new core.BasicCredentials().withAk(access_key).withSk(secret_key).withProjectId(project_id);
  return sdk.FunctionGraphClient.newBuilder().withCredential(credential).withEndpoint(endpoint).build();
}

import { expect, it } from 'vitest';
import { connectSdk } from './sdk-client.ts';

it('names the command that installs the official SDK where it is missing', () => {
  const credentials = { endpoint: 'http://127.0.0.1:1', project_id: 'p', access_key: 'a', secret_key: 's' };
  expect(() => connectSdk(credentials, '/')).toThrow(
    'sdkClient needs the official SDK in /: npm install --save-dev @huaweicloud/huaweicloud-sdk-core @huaweicloud/huaweicloud-sdk-functiongraph uuid@9',
  );
});

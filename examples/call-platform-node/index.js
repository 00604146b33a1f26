// Lists the functions of the project with the official SDK and the rights of the agency. The SDK comes with the code:
// npm install @huaweicloud/huaweicloud-sdk-core @huaweicloud/huaweicloud-sdk-functiongraph uuid
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core');
const { FunctionGraphClient, ListFunctionsRequest } = require('@huaweicloud/huaweicloud-sdk-functiongraph');

exports.handler = async (event, context) => {
  // The keys belong to this request: a client that outlives it keeps keys that end after 24 hours.
  const credential = new BasicCredentials()
    .withAk(context.getSecurityAccessKey())
    .withSk(context.getSecuritySecretKey())
    .withSecurityToken(context.getSecurityToken())
    .withProjectId(context.getProjectID());
  const client = FunctionGraphClient.newBuilder()
    .withCredential(credential)
    .withEndpoint(process.env.RUNTIME_PLATFORM_ENDPOINT)
    .build();
  const { functions } = await client.listFunctions(new ListFunctionsRequest());
  return { functions: functions.map(({ func_name }) => func_name) };
};

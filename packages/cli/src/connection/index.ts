export { CONNECTION_FLAGS, type Connection, connect, FUNCTION_FLAGS } from './connect.ts';
export { type ConnectionFlags, type Credentials, loadCredentials } from './credentials.ts';
export { dataDirOf } from './data-dir.ts';
export { type FunctionConfig, type FunctionParams, findConfig, parseConfig } from './function-config.ts';
export { explained, explainedItems } from './nearest-name.ts';
export { pagesOf } from './pages.ts';
export { chooseProfile, currentProfile, profileFile, profileNames, removeProfile, saveProfile } from './profiles.ts';

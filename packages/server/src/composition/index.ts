export type { LaunchedParts } from './own-agent.ts';
export { type RunningServer, startServer } from './server.ts';

export { type LaunchedParts, type RunningServer, startServer } from './server.ts';

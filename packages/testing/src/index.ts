export {
  type AsyncOutcome,
  type Deployed,
  type DeploySettings,
  Funcgraph,
  type InvokeAnswer,
  type LogLine,
  startFuncgraph,
} from './funcgraph.ts';
export { FunctionFailed } from './function-failed.ts';
export type { StartOptions } from './server-process.ts';

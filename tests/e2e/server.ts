export { FROM_SOURCE, type ProgramRun, ROOT, runNode, TestServer } from '../server.ts';

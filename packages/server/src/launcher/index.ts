export { agentRules } from './agent-rules.ts';
export { launch } from './launch.ts';
export { Launcher } from './launcher-client.ts';
export { LAUNCHED } from './messages.ts';
export { type RootChoice, refuseRoot } from './refuse-root.ts';
export { closeRunDir, emptyLinkDir, openLinkDir, openRunDir } from './run-dir.ts';

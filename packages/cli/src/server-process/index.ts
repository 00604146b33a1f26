export type { ReadyMessage } from './messages.ts';
export { notifySystemd } from './notify-systemd.ts';
export { runMaintenance } from './run-maintenance.ts';
export { serverProgram } from './server-program.ts';
export { type ServerProcess, spawnServer } from './spawn-server.ts';
export { startSummary } from './summary.ts';

export { writeCredentials } from './credentials.ts';
export { Housekeeping } from './housekeeping.ts';
export { machineChecks } from './machine-checks.ts';
export { networkCheck } from './network-check.ts';
export { closeRunDir, openRunDir } from './run-dir.ts';
export { chooseSandbox } from './sandbox-choice.ts';
export { StartupError } from './startup-error.ts';
export { UNAVAILABLE_HOST } from './unavailable-host.ts';

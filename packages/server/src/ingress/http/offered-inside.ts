import type { Route, RouteId } from '@funcgraph/api';

/** Of the machine and its servers. */
const MACHINE = /^platform:(?:domain|filesystem|image|metrics|network|platform|runtime|server|share):/;
/** Passwords, the console and debuggers are for people. */
const NOT_FOR_FUNCTIONS: ReadonlySet<RouteId> = new Set<RouteId>([
  'changePassword',
  'createConsoleLink',
  'showConsoleSession',
  'deleteConsoleSession',
  'debugFunction',
  'sendToDebugger',
]);

/** Whether functions may use an operation from their sandboxes: no login, download by ticket, health, metrics or management of the machine. */
export function isOfferedInside(id: RouteId, { auth, action }: Route): boolean {
  return auth === 'required' && !MACHINE.test(action) && !NOT_FOR_FUNCTIONS.has(id);
}

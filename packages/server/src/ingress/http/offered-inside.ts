import type { Route, RouteId } from '@funcgraph/api';

/** What functions may read beside their project. Any other action of the platform is not offered, a new one neither. */
const OF_PLATFORM: ReadonlySet<string> = new Set([
  'platform:iam:get',
  'platform:eps:get',
  'platform:dependency:get',
  'platform:function:get',
  'platform:runtimes:get',
]);
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
  const isAllowed = !action.startsWith('platform:') || OF_PLATFORM.has(action);
  return auth === 'required' && isAllowed && !NOT_FOR_FUNCTIONS.has(id);
}

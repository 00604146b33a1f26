const PREFIX = '/events/';
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Path of the webhook of a trigger, on the gateway. */
export function eventAddress(triggerId: string): string {
  return PREFIX + triggerId;
}

/** Whether a target can only be that of an event webhook. */
export function isEventTarget(target: string): boolean {
  return target.startsWith(PREFIX);
}

/** The id in a target; undefined when it has not the form of one. A query is ignored. */
export function readEventAddress(target: string): string | undefined {
  const end = target.indexOf('?');
  const id = target.slice(PREFIX.length, end < 0 ? undefined : end);
  return ID.test(id) ? id : undefined;
}

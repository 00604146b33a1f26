import type { Desk } from './desk.ts';
import { NodeFailure } from './desk.ts';
import type { EventBody } from './events.ts';
import { RUN_LIMITS } from './limits.ts';
import type { StoredValue } from './values.ts';
import type { Work } from './work.ts';

/** Reads the next elements of a loop's array: a bounded number and a bounded size at once, so that no event is huge. */
export function items(desk: Desk, work: Extract<Work, { step: 'items' }>): EventBody[] {
  const array = desk.plan.path && desk.eval(desk.plan.path, desk.json(work.input));
  if (!Array.isArray(array)) throw new NodeFailure('not_an_array', 'the array of the loop is gone');
  const read: StoredValue[] = [];
  let bytes = 0;
  for (const element of array.slice(work.from, work.from + RUN_LIMITS.loopWindow)) {
    const item = desk.write(element);
    if ('json' in item) bytes += item.bytes;
    if (bytes > RUN_LIMITS.loopWindowBytes && read.length > 0) break;
    read.push(item);
  }
  return [{ type: 'loop_items', exec: work.exec, items: read }];
}

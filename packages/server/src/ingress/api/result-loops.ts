import type { ResultObjects, Trigger } from '../../control/index.ts';
import { kindOfTrigger } from './trigger-settings.ts';

/** The warning about results of a function that start it again; undefined when no trigger gets them. */
export function loopWarning(results: readonly ResultObjects[], triggers: readonly Trigger[]): string | undefined {
  const loop = results.find((objects) =>
    triggers.some((trigger) => kindOfTrigger(trigger).getsResults?.(trigger.settings, objects)),
  );
  if (loop === undefined) return undefined;
  const { bucket, prefix } = loop;
  return `Results of the function become objects in ${bucket}/${prefix}, which start it again, up to 16 times in a row.`;
}

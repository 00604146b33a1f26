import type { ResultPlace, Trigger } from '../../control/index.ts';
import { kindOfTrigger } from './trigger-settings.ts';

/** The warning about results of a function that start it again; undefined when no trigger gets them. */
export function loopWarning(results: readonly ResultPlace[], triggers: readonly Trigger[]): string | undefined {
  const loop = results.find((place) =>
    triggers.some((trigger) => kindOfTrigger(trigger).getsResults?.(trigger.settings, place)),
  );
  return loop && warningOf(loop);
}

function warningOf(place: ResultPlace): string {
  if (place.kind === 'records') {
    return `Results of the function become records of stream ${place.stream}, which start it again.`;
  }
  const { bucket, prefix } = place;
  return `Results of the function become objects in ${bucket}/${prefix}, which start it again, up to 16 times in a row.`;
}

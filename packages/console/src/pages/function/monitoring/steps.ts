const MINUTE_MS = 60_000;
/** Minutes: those of the guide, and others for short and long ranges. */
export const STEPS = [1, 5, 15, 60, 1440] as const;
export type Step = (typeof STEPS)[number];

/** What the server draws at most. */
const MAX_STEPS = 1500;
/** About as many as a chart can show side by side. */
const READABLE_STEPS = 100;

const countOf = (spanMs: number, step: Step): number => spanMs / (step * MINUTE_MS);

export const isFine = (spanMs: number, step: Step): boolean => countOf(spanMs, step) >= MAX_STEPS;

/** The step that a person chose if the range allows it; otherwise the finest that stays readable. */
export function stepOf(chosen: string, spanMs: number): Step {
  const step = STEPS.find((one) => String(one) === chosen);
  if (step !== undefined && !isFine(spanMs, step)) return step;
  return STEPS.find((one) => countOf(spanMs, one) <= READABLE_STEPS) ?? 1440;
}

/** At most so many steps can be undone. */
export const MOST_STEPS = 100;

/** What was drawn, what is drawn, and what was undone. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** Of the last step: another change of the same gesture, such as typing in one field, adds none. */
  readonly gesture: string | undefined;
}

export const historyOf = <T>(present: T): History<T> => ({ past: [], present, future: [], gesture: undefined });

export function step<T>(history: History<T>, next: T, gesture?: string): History<T> {
  if (next === history.present) return history;
  const goesOn = gesture !== undefined && gesture === history.gesture && history.past.length > 0;
  const past = goesOn ? history.past : [...history.past, history.present].slice(-MOST_STEPS);
  return { past, present: next, future: [], gesture };
}

export function undo<T>({ past, present, future, ...history }: History<T>): History<T> {
  const before = past.at(-1);
  if (before === undefined) return { past, present, future, ...history };
  return { past: past.slice(0, -1), present: before, future: [present, ...future], gesture: undefined };
}

export function redo<T>({ past, present, future, ...history }: History<T>): History<T> {
  const [next, ...rest] = future;
  if (next === undefined) return { past, present, future, ...history };
  return { past: [...past, present], present: next, future: rest, gesture: undefined };
}

import type { Place, Problem } from './problem.ts';

/** A broken rule as error answers and the command line show it. */
export interface Violation extends Place {
  readonly code: string;
  readonly message: string;
}

export function violationOf({ code, text, node, edge, field }: Problem): Violation {
  return {
    code,
    message: text.en,
    ...(node === undefined ? {} : { node }),
    ...(edge === undefined ? {} : { edge }),
    ...(field === undefined ? {} : { field }),
  };
}

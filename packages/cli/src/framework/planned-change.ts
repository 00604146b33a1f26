import type { Row } from './output.ts';

/** The first change that a command with `--dry-run` would make, in place of making it. */
export class PlannedChange extends Error {
  readonly data: Row;

  /** `fields`: names of what would be sent; values may be secret. */
  constructor(
    method: string,
    path: string,
    { summary = '', fields = [] }: { summary?: string; fields?: string[] } = {},
  ) {
    const about = [summary, fields.join(', ')].filter((text) => text !== '').join(': ');
    super(`would send ${method} ${path}${about === '' ? '' : `\n  ${about}`}\nnothing was changed`);
    this.name = 'PlannedChange';
    this.data = { outcome: 'nothing was changed', method, path, fields };
  }
}

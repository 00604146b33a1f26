import { ERRORS, type ErrorSpec } from '@funcgraph/api';

const BEGIN = '<!-- table of errors: made by npm run fix -->';
const END = '<!-- end of table -->';

function table(): string {
  const rows = Object.entries<ErrorSpec>(ERRORS)
    .sort(([, a], [, b]) => (a.fss < b.fss ? -1 : 1))
    .map(
      ([name, e]) =>
        `| ${e.fss} | ${e.status} | \`${name}\` | ${e.component} | ${e.audience} | ${e.retryable ? 'yes' : 'no'} | ${e.meaning} |`,
    );
  return [
    '| Code | Status | Name | Component | Audience | Retry | Meaning |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The page with a regenerated table; the text around the table stays. Throws when the marks are gone. */
export function errorsPage(present: string): string {
  const begin = present.indexOf(BEGIN);
  const end = present.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/errors.md needs the lines ${BEGIN} and ${END}`);
  return `${present.slice(0, begin)}${BEGIN}\n\n${table()}\n\n${present.slice(end)}`;
}

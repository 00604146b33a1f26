import { type Compatibility, compatibility, compatibilityFaults, ROUTES, type Route } from '@funcgraph/api';

const HEAD = `# Compatibility with FunctionGraph

How this server supports each operation of the FunctionGraph v2 API, by its name in the official SDKs. The page is
generated from the route table; a check fails when an operation is missing or has another path than documented.

- **works**: as documented.
- **partly**: works, with less than documented; the note names the missing part.
- **not here**: refused, mostly with \`FSS.0426\` (\`not_supported_here\`) and a hint after the caller and the request were
  checked like any other, or unknown (404).
`;

/** The whole page, made from the route table and its notes. Throws when these contradict each other. */
export function compatibilityPage(): string {
  const faults = compatibilityFaults();
  if (faults.length > 0) throw new Error(`packages/api/src/compatibility.ts: ${faults.join('; ')}`);
  const verdicts = compatibility();
  const count = (state: Compatibility): number => verdicts.filter((one) => one.state === state).length;
  const groups = [...new Set(verdicts.map(({ group }) => group))].map((group) => {
    const rows = verdicts
      .filter((one) => one.group === group)
      .map(
        ({ operation, method, path, state, note }) =>
          `| \`${operation}\` | ${method} \`${path}\` | ${state} | ${note} |`,
      );
    return [`### ${group}`, '', '| Operation | Request | Here | Note |', '|---|---|---|---|', ...rows, ''].join('\n');
  });
  const known = new Set<string>(verdicts.map(({ operation }) => operation));
  return [
    HEAD,
    `Of ${verdicts.length} operations ${count('works')} work, ${count('partly')} work partly, ${count('not here')} are not here.\n`,
    '## Operations of FunctionGraph\n',
    ...groups,
    '## Operations of our own\n',
    'Addresses of IAM and EPS are those of their services, as far as FunctionGraph needs them.\n',
    ownOperations(known),
  ].join('\n');
}

function ownOperations(known: ReadonlySet<string>): string {
  const rows = Object.entries<Route>(ROUTES)
    .filter(([id]) => !known.has(id))
    .map(([id, { method, path, summary }]) => `| \`${id}\` | ${method} \`${path}\` | ${summary} |`);
  return ['| Operation | Request | What it does |', '|---|---|---|', ...rows, ''].join('\n');
}

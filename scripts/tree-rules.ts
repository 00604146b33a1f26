/** Rules about files that no other tool checks. Pure: text in, findings out. */

const MOST_LINES = 500;
const LONG_BY_NATURE = new Set(['package-lock.json', 'docs/openapi.json', 'docs/funcgraph.schema.json', 'LICENSE']);

/** Paths of a developer's machine. `/home/snuser` is part of the runtime contract. */
const MACHINE_PATHS = [/(?<![\w.])\/home\/(?!snuser\b)\w+\//, /\/Users\/\w+\//, /(?<![\w.])\/work\/\w/];
/** Paths such as `packages/...` in backticks: the file must exist. */
const NAMED_FILE = /`((?:packages|scripts|tests|docs|examples)\/[\w./@-]+)`/g;
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g;

/** They leave open who acts: a client, a caller, an operator, no request. */
const UNCLEAR = /(?<![\w`'"-])(nobody|somebody|whoever)(?![\w`'"-])/i;

export interface Tree {
  /** Folder of the project; may appear in no file. */
  readonly folder: string;
  /** Whether a file or folder exists; relative to the project. */
  exists(path: string): boolean;
}

function besides(path: string, target: string): string {
  return new URL(target, `file:///${path}`).pathname.slice(1);
}

/** The part of a line that people read: all of a page, the comment of a source. */
function proseOf(path: string, line: string): string {
  if (path.endsWith('.md')) return line;
  return /(?:^\s*\*|\/\*\*?|\/\/|^\s*#) (.*)$/.exec(line)?.[1] ?? '';
}

function lineFindings(path: string, line: string, tree: Tree): string[] {
  const findings: string[] = [];
  if (MACHINE_PATHS.some((pattern) => pattern.test(line)) || line.includes(tree.folder)) {
    findings.push("a path of a developer's machine");
  }
  const unclear = UNCLEAR.exec(proseOf(path, line))?.[1];
  if (unclear !== undefined) findings.push(`"${unclear}" in prose: name the client, the caller, the process`);
  if (path === 'package-lock.json' && /"resolved": "(?!packages\/)/.test(line)) {
    findings.push('a download address: npm install --omit-lockfile-registry-resolved keeps them out');
  }
  if (path.endsWith('.md')) {
    const named = [...line.matchAll(NAMED_FILE)].map((match) => match[1] ?? '');
    const linked = [...line.matchAll(LINK)].map((match) => besides(path, match[1] ?? ''));
    for (const target of [...named, ...linked]) if (!tree.exists(target)) findings.push(`there is no ${target}`);
  }
  return findings;
}

/** Findings about one text file, each with its place; `path` is relative to the project. */
export function fileFindings(path: string, text: string, tree: Tree): string[] {
  const lines = text.split('\n');
  const findings = lines.flatMap((line, index) =>
    lineFindings(path, line, tree).map((finding) => `${path}:${index + 1}: ${finding}`),
  );
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  if (count > MOST_LINES && !LONG_BY_NATURE.has(path)) {
    findings.push(`${path}: ${count} lines, at most ${MOST_LINES}: split it`);
  }
  return findings;
}

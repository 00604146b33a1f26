// Rules about files that no other tool holds. Pure: text in, findings out.

const MOST_LINES = 500;
const LONG_BY_NATURE = new Set(['package-lock.json', 'docs/openapi.json', 'LICENSE']);

/** Places of somebody's machine. `/home/snuser` is part of the runtime contract. */
const MACHINE_PATHS = [/(?<![\w.])\/home\/(?!snuser\b)\w+\//, /\/Users\/\w+\//, /(?<![\w.])\/work\/\w/];

/** Findings about one text file; `path` is relative to the project. */
export function fileFindings(path, text, projectFolder) {
  const findings = [];
  const lines = text.split('\n');
  if (lines.length - 1 > MOST_LINES && !LONG_BY_NATURE.has(path)) {
    findings.push(`${path}: ${lines.length - 1} lines, at most ${MOST_LINES}: split it`);
  }
  lines.forEach((line, index) => {
    const machine = MACHINE_PATHS.some((pattern) => pattern.test(line)) || line.includes(projectFolder);
    if (machine) findings.push(`${path}:${index + 1}: a path of somebody's machine`);
    if (path === 'package-lock.json' && /"resolved": "(?!packages\/)/.test(line)) {
      findings.push(
        `${path}:${index + 1}: a download address; npm install --omit-lockfile-registry-resolved keeps them out`,
      );
    }
  });
  return findings;
}

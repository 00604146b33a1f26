'use strict';
// A bootstrap may start any interpreter of the machine by its path; one that is not installed is only "not found" to a shell.
const fs = require('node:fs');

const ROOT = '/opt/function/runtime';
const PATHS = /\/opt\/function\/runtime\/[\w./-]+/g;
const MAX_SCRIPT = 64 * 1024;
/** Exit codes of a shell whose program does not exist or cannot be run. */
const NOT_RUN = /exited with code 12[67]$/;
const FAMILIES = [
  [/^nodejs(\d[\d.]*)$/, (version) => `fgs runtimes install Node.js${version}`],
  [/^python(\d[\d.]*)$/, (version) => `fgs runtimes add Python${version} --from DIR`],
  [/^java(\d[\d.]*)$/, (version) => `fgs runtimes add Java${version} --from DIR`],
];

function installed(root) {
  try {
    return fs.readdirSync(root).sort();
  } catch {
    return [];
  }
}

/** What is missing for the interpreter at `path`, and the command that adds it; null when it exists or is of another kind. */
function whyMissing(path, root = ROOT) {
  if (!path.startsWith(`${ROOT}/`) || fs.existsSync(path)) return null;
  const id = path.slice(ROOT.length + 1).split('/')[0];
  const found = FAMILIES.find(([pattern]) => pattern.test(id));
  if (found === undefined) return null;
  const command = found[1](found[0].exec(id)[1]);
  const others = installed(root);
  const known = others.length === 0 ? '' : `; ${root} has ${others.join(', ')}`;
  return fs.existsSync(`${ROOT}/${id}`)
    ? `${path} does not exist in the instance`
    : `${path} does not exist in the instance: the administrator adds it with ${command}${known}`;
}

/** `reason` of the end of the script `file`, with the runtime that it names and this machine lacks. */
function withMissingRuntime(reason, file) {
  if (!NOT_RUN.test(reason)) return reason;
  let text;
  try {
    if (fs.statSync(file).size > MAX_SCRIPT) return reason;
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return reason;
  }
  if (!text.startsWith('#!')) return reason;
  for (const path of text.match(PATHS) ?? []) {
    const missing = whyMissing(path);
    if (missing !== null) return `${reason} (${missing})`;
  }
  return reason;
}

module.exports = { whyMissing, withMissingRuntime };

// Looks at every file that git knows or would take, and fails with what breaks a rule.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './steps.mjs';
import { fileFindings } from './tree-rules.mjs';

const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
});
const findings = [];
for (const path of new Set(listed.split('\0').filter(Boolean))) {
  let bytes;
  try {
    bytes = readFileSync(join(ROOT, path));
  } catch (error) {
    // deleted but not yet committed
    if (error.code === 'ENOENT' || error.code === 'EISDIR') continue;
    throw error;
  }
  if (!bytes.subarray(0, 8192).includes(0)) findings.push(...fileFindings(path, bytes.toString('utf8'), ROOT));
}
for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;

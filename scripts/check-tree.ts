/** Checks every file that git tracks or would add, and fails with the violations. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileFindings } from './tree-rules.ts';

const folder = resolve(import.meta.dirname, '..');
const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const listed = execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
const tree = { folder, exists: (path: string) => existsSync(join(folder, path)) };

const findings = [...new Set(listed.split('\0'))].flatMap((path) => {
  const file = join(folder, path);
  // a file may be deleted and not yet committed
  if (path === '' || !statSync(file, { throwIfNoEntry: false })?.isFile()) return [];
  const bytes = readFileSync(file);
  const isText = !bytes.subarray(0, 8192).includes(0);
  return isText ? fileFindings(path, bytes.toString('utf8'), tree) : [];
});
for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;

// Shared by the plain scripts: no dependency, because they run before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The oldest that may start the scripts. */
const OLDEST_NODE = 20;
export const isRoot = process.getuid?.() === 0;

export function say(text) {
  process.stderr.write(`${text}\n`);
}

export function seconds(sinceMs) {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

/** Ends the program with an error message and a hint. */
export function fail(message, hint) {
  say(`error: ${message}`);
  if (hint) say(`hint: ${hint}`);
  process.exit(1);
}

/** Whether it can be started and prints its version. */
export function hasProgram(name) {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Debian and its derivatives: there apt-get may install missing programs. */
function isDebian() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(text) && hasProgram('apt-get');
}

/** Runs a program and collects its output; never throws. */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** Runs a program on the terminal, passes signals on, resolves with its exit code. */
export function runVisibly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    // the terminal sends Ctrl-C to both of us; only what comes to us alone is passed on
    const ignore = () => undefined;
    const passOn = (signal) => child.kill(signal);
    process.on('SIGINT', ignore);
    process.on('SIGTERM', passOn);
    child.on('error', () => resolve(127));
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', passOn);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** Announces a step, runs it, prints its duration. Ends the program when it fails. */
async function step(text, command, args) {
  const started = performance.now();
  say(`${text} ...`);
  const ticker = setInterval(() => say(`${text} ... ${seconds(started)}`), 15_000);
  const result = await runQuietly(command, args);
  clearInterval(ticker);
  if (result.ok) say(`${text}: done in ${seconds(started)}`);
  return result;
}

/** The Node.js that starts the scripts may be older than that of the platform. */
export function checkNode() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    fail(
      `Node.js ${process.versions.node} is too old`,
      `npm run needs Node.js ${OLDEST_NODE} or newer: https://nodejs.org`,
    );
  }
  if (process.platform !== 'linux')
    fail(`functions run on Linux only, not on ${process.platform}`, 'a virtual machine or WSL 2 will do');
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Installs packages. What they contain is not started as a service of the machine: tests start it themselves. */
async function aptGet(packages) {
  const mayStart = !existsSync(POLICY);
  if (mayStart) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await install(packages);
  } finally {
    if (mayStart) rmSync(POLICY);
  }
}

async function install(packages) {
  const args = ['install', '-y', '--no-install-recommends', ...packages];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const text = `apt-get install ${packages.join(' ')}`;
  say(`${text} ...`);
  if ((await runQuietly('apt-get', args, { env })).ok) return true;
  // a fresh machine has no package lists yet
  await runQuietly('apt-get', ['update'], { env });
  const result = await runQuietly('apt-get', args, { env });
  if (!result.ok) say(result.output.trimEnd());
  return result.ok;
}

/** Makes sure that a program is installed: root installs its Debian package, other users get the command to do it. */
export async function ensureProgram(program, debianPackage, why, isInstalled = () => hasProgram(program)) {
  if (isInstalled()) return true;
  say(`${program} is missing: ${why}`);
  if (isRoot && isDebian() && (await aptGet([debianPackage])) && isInstalled()) return true;
  say(
    `install it with: ${isRoot ? '' : 'sudo '}apt-get install -y ${debianPackage}   (or the same package of your system)`,
  );
  return false;
}

function newest(folder, accept) {
  let latest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && accept(path)) latest = Math.max(latest, statSync(path).mtimeMs);
  }
  return latest;
}

/** npm writes its own copy of the lock file last. */
function installIsFresh() {
  const mark = join(ROOT, 'node_modules/.package-lock.json');
  return existsSync(mark) && statSync(mark).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
}

/** Installs the dependencies when they are missing or older than the lock file. */
export async function ensureInstalled() {
  if (installIsFresh()) return;
  // the Node.js of the platform and the native programs of the tools are optional dependencies
  const result = await step('npm ci', 'npm', ['ci', '--include=optional', '--no-audit', '--no-fund']);
  if (!result.ok) {
    say(result.output.trimEnd());
    fail('npm ci failed', 'Its output is above.');
  }
}

const isSource = (path) =>
  /\.(tsx?|json|css|html|svg)$/.test(path) &&
  !/\.test\.ts$/.test(path) &&
  !/[/\\](dist|bundle|node_modules)[/\\]/.test(path);

/** Builds when an output is missing or older than a source. */
export async function ensureBuilt() {
  // The last outputs of a build.
  const mark = join(ROOT, 'packages/server/bundle/telemetry/telemetry-thread.js');
  const made = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (newest(join(ROOT, 'packages'), isSource) <= made) return;
  const result = await step('npm run build', 'npm', ['run', 'build']);
  if (!result.ok) {
    say(result.output.trimEnd());
    fail('the build failed', 'Its output is above.');
  }
}

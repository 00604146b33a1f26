import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FakeEntry, fakeDockerArchive, fakeTar } from '../packages/server/src/images/testing.ts';
import { project } from './functions.ts';
import type { TestServer } from './server.ts';

const PIECE = 4 * 1024 * 1024;

/** A layer with the Node.js that runs the tests and its libraries, at their usual places: a base image of our own. */
export function nodeLayer(): Buffer {
  const node = realpathSync(process.execPath);
  const listed = execFileSync('ldd', [node], { encoding: 'utf8' });
  const libraries = [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path ?? '');
  const files: FakeEntry[] = [
    { name: 'usr/bin/node', mode: 0o755, data: readFileSync(node) },
    ...libraries.map((path) => ({ name: path.slice(1), mode: 0o755, data: readFileSync(realpathSync(path)) })),
  ];
  const folders = [...new Set(files.flatMap(({ name }) => parents(name)))].sort();
  return fakeTar([...folders.map((name) => ({ name, type: '5' })), ...files]);
}

/** Path of a BusyBox that needs no library, or undefined: the package busybox-static has it. */
export function staticBusybox(): string | undefined {
  const path = ['/bin/busybox', '/usr/bin/busybox'].find((each) => existsSync(each));
  if (path === undefined) return undefined;
  try {
    return execFileSync('ldd', [path], { encoding: 'utf8', stdio: 'pipe' }).includes('=>') ? undefined : path;
  } catch {
    // ldd fails for static programs.
    return path;
  }
}

function parents(name: string): string[] {
  const folder = dirname(name);
  return folder === '.' ? [] : [...parents(folder), folder];
}

/** An archive of an image with this name that can be deployed, but has no program. */
export const idleImage = (name: string): Buffer =>
  fakeDockerArchive([name], {
    layers: [fakeTar([{ name: 'server', data: 'no program', mode: 0o755 }])],
    entrypoint: ['/server'],
  });

/** An archive of an image that serves one file at port 8000. */
export const webImage = (name: string, busybox: string): Buffer =>
  fakeDockerArchive([name], {
    layers: [
      fakeTar([
        { name: 'bin', type: '5' },
        { name: 'bin/busybox', data: readFileSync(busybox), mode: 0o755 },
        { name: 'www', type: '5' },
        { name: 'www/hello.txt', data: 'hello from the image' },
      ]),
    ],
    entrypoint: ['/bin/busybox', 'httpd', '-f', '-p', '8000', '-h', '/www'],
  });

/** Sends an archive as the CLI does and loads it. Rejects with the error of the server. */
export async function loadImage(server: Pick<TestServer, 'api'>, archive: Buffer, name?: string): Promise<string> {
  const { api } = server;
  const { data } = await api.call('beginImageUpload');
  const params = { upload: data.upload };
  for (let offset = 0; offset < archive.length; offset += PIECE) {
    const body = new Uint8Array(archive.subarray(offset, offset + PIECE));
    await api.call('sendImagePiece', { params, query: { offset: String(offset) }, body });
  }
  const body = name === undefined ? {} : { name };
  for await (const line of api.stream('loadImages', { params, body })) {
    if (line.error !== undefined) throw new Error(`${line.code}: ${line.error} ${line.hint ?? ''}`);
    const [image] = line.images ?? [];
    if (image !== undefined) return image.id;
  }
  throw new Error('the server ended before the image was loaded');
}

export interface ImageDeployment {
  readonly name: string;
  readonly image: string;
  readonly runtime?: 'Custom Image' | 'http';
  readonly timeout?: number;
  readonly memory?: number;
  readonly initializerTimeout?: number;
  readonly concurrency?: number;
  readonly userData?: Readonly<Record<string, string>>;
  readonly custom?: Readonly<Record<string, unknown>>;
}

/** Creates a function that is an image and returns its URN without a version. */
export async function deployImage(server: TestServer, deployment: ImageDeployment): Promise<string> {
  const { name, image, runtime = 'Custom Image', timeout = 10, memory = 256, userData, custom } = deployment;
  const { initializerTimeout, concurrency } = deployment;
  const { data } = await server.api.call('createFunction', {
    params: project(server),
    body: {
      func_name: name,
      package: 'default',
      runtime,
      handler: '-',
      timeout,
      memory_size: memory,
      code_type: 'Custom-Image-Swr',
      custom_image: { enabled: true, image, ...custom },
      ...(initializerTimeout === undefined
        ? {}
        : { initializer_handler: '-', initializer_timeout: initializerTimeout }),
      ...(concurrency === undefined ? {} : { strategy_config: { concurrency: 400, concurrent_num: concurrency } }),
      ...(userData === undefined ? {} : { user_data: JSON.stringify(userData) }),
    },
  });
  return data.func_urn.replace(/:latest$/, '');
}

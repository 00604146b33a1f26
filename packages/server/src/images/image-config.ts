import { Document, isDigest } from './document.ts';
import { ImageError } from './errors.ts';
import type { ImageLimits } from './image-limits.ts';

/** How an image wants to be run. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly workingDir: string;
  /** The user in the image; functions run as another user. */
  readonly user: string;
  readonly diffIds: readonly string[];
  /** Ms since the epoch; 0 when the image has none. */
  readonly createdAt: number;
}

/** The architecture of the machine in the terms of images. */
export function platformArchitecture(arch: string = process.arch): string {
  return { x64: 'amd64', ia32: '386', arm: 'arm' }[arch] ?? arch;
}

/** Throws `malformed-config`, `platform` for an image of another machine, `too-large`. */
export function parseImageConfig(bytes: Buffer, limits: ImageLimits): ImageConfig {
  const document = Document.parse(bytes, 'the configuration of the image', 'malformed-config');
  checkPlatform(document.text('os') || 'linux', document.text('architecture'));
  const config = document.child('config');
  const diffIds = document.child('rootfs').texts('diff_ids');
  if (diffIds.length > limits.layers) throw tooLarge(`the image has more than ${limits.layers} layers`);
  if (diffIds.some((each) => !isDigest(each)))
    throw new ImageError('malformed-config', 'a layer has no SHA-256 digest');
  const [entrypoint, command] = [config.texts('Entrypoint'), config.texts('Cmd')];
  if ([...entrypoint, ...command].reduce((sum, each) => sum + Buffer.byteLength(each), 0) > limits.argvBytes) {
    throw tooLarge(`entrypoint and command are over ${limits.argvBytes} bytes`);
  }
  if ([...entrypoint, ...command].some((each) => each.includes('\0'))) {
    throw new ImageError('malformed-config', 'entrypoint or command contain NUL');
  }
  const created = Date.parse(document.text('created'));
  return {
    entrypoint,
    command,
    env: environment(config.texts('Env'), limits),
    workingDir: workingDir(config.text('WorkingDir')),
    user: config.text('User'),
    diffIds,
    createdAt: Number.isNaN(created) ? 0 : created,
  };
}

/** Throws `platform` unless this machine can run the image. */
export function checkPlatform(os: string, architecture: string): void {
  const own = platformArchitecture();
  if (os === 'linux' && (architecture === '' || architecture === own)) return;
  throw new ImageError('platform', `the image is for ${os}/${architecture}, this machine is linux/${own}`, {
    hint: `Build or pull it for linux/${own}.`,
  });
}

function environment(lines: readonly string[], limits: ImageLimits): Record<string, string> {
  const env: Record<string, string> = {};
  let size = 0;
  for (const line of lines) {
    const equals = line.indexOf('=');
    const name = equals < 0 ? line : line.slice(0, equals);
    if (name === '' || line.includes('\0')) throw new ImageError('malformed-config', 'a variable has no name');
    size += Buffer.byteLength(line);
    if (size > limits.envBytes) throw tooLarge(`the variables of the image are over ${limits.envBytes} bytes`);
    // These variables belong to the platform and its link to instances; an image must not set them.
    if (!name.startsWith('FUNCGRAPH_')) env[name] = equals < 0 ? '' : line.slice(equals + 1);
  }
  return env;
}

function workingDir(text: string): string {
  if (text === '') return '/';
  if (!text.startsWith('/') || text.length > 4096 || text.includes('\0')) {
    throw new ImageError('malformed-config', 'the working directory of the image is not an absolute path');
  }
  return text;
}

function tooLarge(message: string): ImageError {
  return new ImageError('too-large', message);
}

import { LIMITS } from '@funcgraph/api';
import type { Language } from '@funcgraph/runtimes';
import type { HeldImage, Image } from '../../images/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkLength, checkRange } from '../checks.ts';
import type { CodeUpload } from './code-upload.ts';
import type { FunctionImage, ImageChoice, NewCode } from './types.ts';

/** The code type of functions that are an image. */
export const IMAGE_CODE_TYPE = 'Custom-Image-Swr';

const MAX_NAME_CHARS = 512;
const DEFAULT_ID = 1003;
const IDS = { min: -1, max: 65_534, code: 'invalid_image' } as const;
/** Root, and accounts that the guide reserves for the platform. */
const RESERVED_IDS = [0, 1000, 1002];

/** The parts of a change that are about its image. */
export interface ImageChange {
  readonly image?: ImageChoice | undefined;
  readonly code?: NewCode | undefined;
  readonly dependencies?: readonly string[] | undefined;
}

/** Whether a request is about an image: it names one, has the code type of images, or its runtime requires one. */
export function wantsImage({ code, image }: ImageChange, language: Language): boolean {
  return language.id === 'image' || code?.type === IMAGE_CODE_TYPE || (image?.name ?? '') !== '';
}

/** Libraries belong into the image itself. Throws `invalid_dependency`. */
export function refuseDependencies(dependencies: readonly string[] = []): void {
  if (dependencies.length === 0) return;
  throw new PlatformError('invalid_dependency', 'a container image has no dependencies of the platform', {
    hint: 'Put the libraries into the image.',
  });
}

/** A checked choice of an image; the image is held until `release`. */
export interface ChosenImage {
  readonly image: FunctionImage;
  readonly upload: CodeUpload;
  release(): void;
}

/**
 * Finds the image behind the name now: the function keeps that one. Parts that are left out stay as in `before`. Throws
 * `invalid_image`, `image_not_found`, `invalid_code_type`.
 */
export async function chooseImage(
  { image: choice = {}, code, dependencies }: ImageChange,
  language: Language,
  before: FunctionImage | undefined,
  hold: (reference: string) => Promise<HeldImage>,
): Promise<ChosenImage> {
  if (language.id !== 'image' && language.id !== 'http') {
    throw new PlatformError('invalid_code_type', 'functions of this runtime cannot be a container image', {
      hint: 'Use runtime Custom Image for events, or http for HTTP functions.',
    });
  }
  if (code?.bytes !== undefined) {
    throw new PlatformError('invalid_code_type', 'a function is either a container image or has code');
  }
  refuseDependencies(dependencies);
  const name = choice.name || (before?.name ?? '');
  checkLength('image', name, MAX_NAME_CHARS, 'invalid_image');
  if (name === '') {
    throw new PlatformError('invalid_image', 'custom_image.image is missing', {
      hint: 'Name an image that fgs images list shows.',
    });
  }
  const texts = {
    command: choice.command ?? before?.command ?? '',
    args: choice.args ?? before?.args ?? '',
    workingDir: choice.workingDir ?? before?.workingDir ?? '',
  };
  checkTexts(texts);
  const uid = userId('uid', choice.uid) ?? before?.uid ?? DEFAULT_ID;
  const gid = userId('gid', choice.gid) ?? before?.gid ?? DEFAULT_ID;
  const { image, release } = await hold(name);
  try {
    const run = { argv: argvOf(image, texts), env: image.env, cwd: texts.workingDir || image.workingDir };
    const chosen: FunctionImage = { id: image.id, name, ...texts, uid, gid, run };
    return { image: chosen, upload: descriptionOf(chosen), release };
  } catch (error) {
    release();
    throw error;
  }
}

/** The file stored in place of code: other settings or another image have another digest. */
function descriptionOf(image: FunctionImage): CodeUpload {
  return {
    bytes: Buffer.from(`${JSON.stringify(image, null, 2)}\n`),
    put: { kind: 'inline', fileName: 'image.json' },
    codeType: IMAGE_CODE_TYPE,
    codeFileName: '',
  };
}

function checkTexts(texts: { readonly command: string; readonly args: string; readonly workingDir: string }): void {
  const size = [...texts.command].length + [...texts.args].length + [...texts.workingDir].length;
  if (size > LIMITS.imageOverrideChars) {
    throw refused(`command, args and working_dir are over ${LIMITS.imageOverrideChars} characters together`);
  }
  if (Object.values(texts).some((text) => text.includes('\0')))
    throw refused('command, args or working_dir contain NUL');
  const { workingDir } = texts;
  if (workingDir !== '' && !workingDir.startsWith('/')) throw refused('working_dir must begin with /');
  if (texts.command !== '' && list(texts.command)[0] === '') throw refused('command begins with a comma');
}

/**
 * Command and arguments by the rules of the guide: either of them takes the place of the image's own; a command of
 * both.
 */
function argvOf({ entrypoint, command }: Image, texts: { readonly command: string; readonly args: string }): string[] {
  const program = texts.command === '' ? entrypoint : list(texts.command);
  const own = texts.command === '' ? command : [];
  const argv = [...program, ...(texts.args === '' ? own : list(texts.args))];
  if (argv[0] !== undefined && argv[0] !== '') return argv;
  throw refused('the image names no program to run', 'Give custom_image.command.');
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function userId(field: string, id: number | undefined): number | undefined {
  checkRange(field, id, IDS);
  if (id === -1) return DEFAULT_ID;
  if (id === undefined || !RESERVED_IDS.includes(id)) return id;
  throw refused(
    `${field} must not be ${RESERVED_IDS.join(', ')}: they are reserved`,
    `Leave it out for ${DEFAULT_ID}.`,
  );
}

function refused(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_image', message, { hint });
}

import { LIMITS } from '@funcgraph/api';
import type { RuntimeRules } from '../../domain/runtime-rules.ts';
import type { HeldImage, Image } from '../../images/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { CodeUpload } from './code-upload.ts';
import type { FunctionImage } from './types.ts';
import type { WireFields } from './wire-fields.ts';

/** The code type of functions that are an image. */
export const IMAGE_CODE_TYPE = 'Custom-Image-Swr';

const DEFAULT_ID = 1003;
const IDS = { min: -1, max: 65_534, code: 'invalid_image' } as const;
/** Root, and accounts that the guide reserves for the platform. */
const RESERVED_IDS = [0, 1000, 1002];

/** Whether a body is about an image: it names one, has the code type of images, or its runtime requires one. */
export function wantsImage(fields: WireFields, rules: RuntimeRules, codeType = fields.text('code_type')): boolean {
  return rules.language === 'image' || codeType === IMAGE_CODE_TYPE || (imageName(fields) ?? '') !== '';
}

/** Libraries belong into the image itself. Throws `invalid_dependency`. */
export function refuseDependencies(fields: WireFields): void {
  if ((fields.texts('depend_version_list') ?? []).length === 0) return;
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
 * Reads `custom_image` and finds the image behind the name now: the function keeps that one. Omitted parts of the field
 * stay as in `before`. Throws `invalid_image`, `image_not_found`, `invalid_code_type`.
 */
export async function chooseImage(
  fields: WireFields,
  rules: RuntimeRules,
  before: FunctionImage | undefined,
  hold: (reference: string) => Promise<HeldImage>,
): Promise<ChosenImage> {
  if (rules.language !== 'image' && rules.language !== 'http') {
    throw new PlatformError('invalid_code_type', 'functions of this runtime cannot be a container image', {
      hint: 'Use runtime Custom Image for events, or http for HTTP functions.',
    });
  }
  if ((fields.nested('func_code')?.text('file', { max: 2 * LIMITS.codeZipBytes }) ?? '') !== '') {
    throw new PlatformError('invalid_code_type', 'a function is either a container image or has code');
  }
  refuseDependencies(fields);
  const given = fields.nested('custom_image');
  const name = imageName(fields) || (before?.name ?? '');
  if (name === '') {
    throw new PlatformError('invalid_image', 'custom_image.image is missing', {
      hint: 'Name an image that fgs images list shows.',
    });
  }
  const texts = {
    command: given?.text('command', { code: 'invalid_image' }) ?? before?.command ?? '',
    args: given?.text('args', { code: 'invalid_image' }) ?? before?.args ?? '',
    workingDir: given?.text('working_dir', { code: 'invalid_image' }) ?? before?.workingDir ?? '',
  };
  checkTexts(texts);
  const uid = userId(given, 'uid') ?? before?.uid ?? DEFAULT_ID;
  const gid = userId(given, 'gid') ?? before?.gid ?? DEFAULT_ID;
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

function imageName(fields: WireFields): string | undefined {
  return fields.nested('custom_image')?.text('image', { max: 512, code: 'invalid_image' });
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

/** Clients send -1 and empty text for "not set". */
function userId(fields: WireFields | undefined, name: 'uid' | 'gid'): number | undefined {
  const value = fields?.integer(name, IDS);
  if (value === undefined) return undefined;
  if (value === -1) return DEFAULT_ID;
  if (!RESERVED_IDS.includes(value)) return value;
  throw refused(`${name} must not be ${RESERVED_IDS.join(', ')}: they are reserved`, `Leave it out for ${DEFAULT_ID}.`);
}

function refused(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_image', message, { hint });
}

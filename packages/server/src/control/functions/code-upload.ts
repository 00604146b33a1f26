import { LIMITS } from '@funcgraph/api';
import type { Language } from '@funcgraph/runtimes';
import { ArtifactError, type PutOptions } from '../../artifacts/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkLength } from '../checks.ts';
import type { NewCode } from './types.ts';

const CODE_TYPES = ['inline', 'zip', 'jar'];
const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');

/** Code of a request, decoded and named, ready for the artifact store. */
export interface CodeUpload {
  readonly bytes: Buffer;
  readonly put: PutOptions;
  /** The values of `code_type` and `code_filename` in the API. */
  readonly codeType: string;
  readonly codeFileName: string;
}

/**
 * Undefined when no code was sent. Throws `invalid_code_type`, `invalid_code`, `invalid_code_filename`,
 * `inline_code_too_large`, `code_too_large` or `not_supported_here`.
 */
export function codeUpload(code: NewCode, language: Language, handler: string): CodeUpload | undefined {
  const { type: codeType = '', fileName = '', bytes } = code;
  checkCodeType(codeType, language);
  checkFileName(fileName);
  if (bytes === undefined) return undefined;
  const archive = bytes.subarray(0, 4).equals(ZIP_MAGIC);
  // consoles send several edited files as `inline` with an archive
  const kind = codeType === 'jar' ? 'jar' : codeType === 'zip' || archive ? 'zip' : 'inline';
  if (kind === 'inline') return inline(bytes, language, handler);
  if (bytes.length > LIMITS.codeZipBytes) throw codeTooLarge();
  if (kind === 'zip') {
    return { bytes, put: { kind }, codeType: codeType === '' ? 'zip' : codeType, codeFileName: fileName };
  }
  const jarName = fileName.endsWith('.jar') ? fileName : 'function.jar';
  return { bytes, put: { kind, fileName: jarName }, codeType, codeFileName: fileName };
}

/** The code of a new function that was created without any. Throws `code_missing` where no such code exists. */
export function defaultUpload(language: Language, handler: string): CodeUpload {
  const text = language.inline?.example?.(handler);
  if (text === undefined) {
    throw new PlatformError('code_missing', 'func_code.file is missing', {
      hint: 'Functions of this runtime have no sample code; send a zip in Base64.',
    });
  }
  return inline(Buffer.from(text), language, handler);
}

/** Throws `invalid_code_filename`. */
export function checkFileName(name: string): void {
  checkLength('code_filename', name, 255, 'invalid_code_filename');
  if (!/^[^/\\\p{Cc}]*$/u.test(name)) {
    throw new PlatformError('invalid_code_filename', 'code_filename must be a file name without a path');
  }
}

/** A refusal of the artifact store, as an error of the API. Other errors are returned unchanged. */
export function uploadError(error: unknown): unknown {
  if (!(error instanceof ArtifactError)) return error;
  const { message, hint } = error;
  const text = `${message} [${error.reason}]`;
  if (error.reason === 'too-large') return new PlatformError('code_too_large', text, { hint, cause: error });
  return new PlatformError('invalid_code', text, { hint, cause: error });
}

function inline(bytes: Buffer, language: Language, handler: string): CodeUpload {
  const fileName = language.inline?.fileName(handler);
  if (fileName === undefined) {
    throw new PlatformError('invalid_code_type', 'functions of this runtime cannot have inline code', {
      hint: 'Send a zip or jar.',
    });
  }
  if (bytes.length > LIMITS.inlineCodeBytes) {
    throw new PlatformError('inline_code_too_large', `inline code is larger than ${LIMITS.inlineCodeBytes} bytes`, {
      hint: 'Send a zip with code_type zip.',
    });
  }
  const baseName = fileName.slice(fileName.lastIndexOf('/') + 1);
  return { bytes, put: { kind: 'inline', fileName }, codeType: 'inline', codeFileName: baseName };
}

function checkCodeType(codeType: string, language: Language): void {
  if (codeType === '' || (CODE_TYPES.includes(codeType) && (codeType !== 'jar' || language.id === 'java'))) return;
  if (codeType === 'jar') {
    throw new PlatformError('invalid_code_type', 'code_type jar is for Java functions');
  }
  if (codeType === 'obs') {
    throw new PlatformError('not_supported_here', `code_type ${codeType} is not supported yet`, {
      hint: 'Send the archive itself with code_type zip.',
    });
  }
  throw new PlatformError('invalid_code_type', `code_type must be one of ${CODE_TYPES.join(', ')}`);
}

function codeTooLarge(): PlatformError {
  return new PlatformError('code_too_large', `the code is larger than ${LIMITS.codeZipBytes} bytes`);
}

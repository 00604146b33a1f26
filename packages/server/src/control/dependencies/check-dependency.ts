import { LIMITS } from '@funcgraph/api';
import { type LanguageId, languageOf } from '@funcgraph/runtimes';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkDescription, checkLength } from '../checks.ts';
import type { NewDependency } from './types.ts';

const NAME = /^[A-Za-z](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9])?$/;
const MAX_LINK_CHARS = 2048;

/** Throws `invalid_dependency`, `invalid_runtime`, `invalid_url`, `description_too_long`, `code_too_large`. */
export function checkDependency({ name, runtime, description, source }: NewDependency): void {
  if (!NAME.test(name)) {
    throw new PlatformError('invalid_dependency', 'name is not a name for a dependency', {
      hint: 'At most 96 letters, digits, _ - and . ; starts with a letter, ends with a letter or digit.',
    });
  }
  const language = languageOf(runtime)?.id;
  if (language === undefined || language === 'image') {
    throw new PlatformError(
      'invalid_runtime',
      `there are no dependencies for runtime ${JSON.stringify(runtime.slice(0, 60))}`,
      {
        hint: 'For example Node.js20.15 or Python3.9.',
      },
    );
  }
  checkDescription(description);
  if ('link' in source) checkLink(source.link);
  else checkArchive(source.bytes);
}

function checkLink(link: string): void {
  if (link === '') {
    throw new PlatformError('invalid_url', 'depend_link is missing', { hint: 'It is required for depend_type obs.' });
  }
  checkLength('depend_link', link, MAX_LINK_CHARS, 'invalid_url');
}

function checkArchive({ length }: Uint8Array): void {
  if (length === 0) {
    throw new PlatformError('invalid_dependency', 'depend_file is missing', { hint: 'The zip in Base64.' });
  }
  if (length > LIMITS.codeZipBytes) {
    throw new PlatformError('code_too_large', `the archive is larger than ${LIMITS.codeZipBytes} bytes`, {
      hint: 'Put it where it can be fetched, and send its address with depend_type obs.',
    });
  }
}

/** Whether a function may be given a dependency: the same language in any version, or a program of its own. */
export function fitsLanguage(dependency: LanguageId, fn: LanguageId): boolean {
  return dependency === fn || fn === 'custom' || fn === 'http';
}

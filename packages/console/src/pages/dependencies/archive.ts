import { LIMITS } from '@funcgraph/api/limits';

/** What the server accepts, checked before anything is sent. */
export type FileProblem = 'fileMissing' | 'fileKind' | 'fileEmpty' | 'fileLarge';

export function fileProblem(file: Pick<File, 'name' | 'size'> | undefined): FileProblem | undefined {
  if (file === undefined) return 'fileMissing';
  if (!/\.zip$/i.test(file.name)) return 'fileKind';
  if (file.size === 0) return 'fileEmpty';
  return file.size > LIMITS.codeZipBytes ? 'fileLarge' : undefined;
}

export const isAddress = (text: string): boolean => /^https?:\/\/\S/i.test(text) && URL.canParse(text);

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

/** A file as text of the API. Rejects when it cannot be read, for example because it was deleted. */
export function base64Of(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = String(reader.result);
      resolve(address.slice(address.indexOf(',') + 1));
    };
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

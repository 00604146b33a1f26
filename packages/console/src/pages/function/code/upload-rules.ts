import { LIMITS } from '@funcgraph/api/limits';

export type UploadKind = 'zip' | 'jar' | 'obs';

/** How code can be uploaded: a Java function may be one JAR. */
export const uploadKinds = (runtime: string): readonly UploadKind[] =>
  runtime.startsWith('Java') ? ['zip', 'jar', 'obs'] : ['zip', 'obs'];

/** Why a file cannot be uploaded; undefined when it can. */
export function fileProblem(kind: 'zip' | 'jar', file: { name: string; size: number } | undefined) {
  if (file === undefined) return 'missing';
  if (!file.name.toLowerCase().endsWith(`.${kind}`)) return 'kind';
  if (file.size === 0) return 'empty';
  return file.size > LIMITS.codeZipBytes ? 'large' : undefined;
}

export function addressProblem(text: string) {
  if (text.trim() === '') return 'missing';
  return URL.canParse(text.trim()) && /^https?:$/.test(new URL(text.trim()).protocol) ? undefined : 'address';
}

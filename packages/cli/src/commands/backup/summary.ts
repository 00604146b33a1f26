export interface BackupSummary {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

export function sizeText({ files, bytes }: Pick<BackupSummary, 'files' | 'bytes'>): string {
  return `${files} files, ${(bytes / 2 ** 20).toFixed(1)} MB`;
}

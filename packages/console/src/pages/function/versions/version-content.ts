import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { query } from '../../../api/index.ts';
import type { CodeFiles } from '../code/archive.ts';
import { useCode } from '../code/code-query.ts';
import type { ShownFunction } from '../shown-function.ts';

export interface VersionContent {
  readonly config: ShownFunction['config'];
  /** Undefined when the console does not open the code: an image, a compiled or a large archive. */
  readonly files: CodeFiles | undefined;
}

export function useVersionContent({ baseUrn }: Pick<ShownFunction, 'baseUrn'>, version: string) {
  const urn = `${baseUrn}:${version}`;
  const code = useCode({ urn });
  const settings = useQuery(query('showFunctionConfig', { params: { function_urn: urn } }));
  const content = useMemo<VersionContent | undefined>(
    () => code.data && settings.data && { config: settings.data, files: code.data.files },
    [code.data, settings.data],
  );
  const refetch = () => {
    void code.refetch();
    void settings.refetch();
  };
  return { content, error: code.error ?? settings.error, refetch };
}

import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { mutation } from '../../api/index.ts';
import { base64Of } from '../../parts/base64.ts';

export interface NewDependency {
  readonly name: string;
  readonly runtime: string;
  readonly source: { readonly file: File } | { readonly link: string };
  readonly description: string;
}

/** Stores a package, or with `isVersion` another version of one, and knows how much of it was sent. */
export function useStoreDependency(isVersion: boolean) {
  const [sent, setSent] = useState<number>();
  const stop = useRef<AbortController>(undefined);
  const { mutateAsync } = useMutation(mutation(isVersion ? 'createDependencyVersion' : 'createDependency'));

  const store = async ({ source, ...rest }: NewDependency) => {
    stop.current = new AbortController();
    const { signal } = stop.current;
    setSent(0);
    try {
      const body =
        'file' in source
          ? { ...rest, depend_type: 'zip', depend_file: await base64Of(source.file) }
          : { ...rest, depend_type: 'obs', depend_link: source.link };
      return await mutateAsync({ body, upload: { onSent: setSent, signal } });
    } finally {
      setSent(undefined);
    }
  };
  return { store, sent, abort: () => stop.current?.abort() };
}

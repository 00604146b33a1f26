import { useEffect, useState } from 'react';
import { usePreferences } from '../../preferences/index.ts';
import { loadAgain } from '../load-again.ts';

type Meanings = typeof import('./chinese.ts').MEANINGS;

let loaded: Meanings | undefined;

/** What a code of the server means, in languages that the server does not write; undefined until that is loaded. */
export function useErrorMeaning(code: string): string | undefined {
  const isChinese = usePreferences(({ language }) => language === 'zh-CN');
  const [meanings, setMeanings] = useState(loaded);
  useEffect(() => {
    if (!isChinese || loaded !== undefined) return;
    loadAgain(() => import('./chinese.ts')).then(
      (module) => {
        loaded = module.MEANINGS;
        setMeanings(loaded);
      },
      // the text of the server is shown without it
      () => undefined,
    );
  }, [isChinese]);
  return isChinese ? meanings?.[code] : undefined;
}

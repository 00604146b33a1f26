import { useTexts } from '../../../i18n/index.ts';
import type { Alias } from '../versions/version-list.ts';
import { splitOf } from './alias-split.ts';

const WHOLE = 100;

/** The versions of an alias with the part of the requests that each gets, in words and as a bar. */
export function AliasTarget({ alias }: { alias: Alias }) {
  const { t } = useTexts('functionAliases');
  const split = splitOf(alias);
  if (split.kind === 'one') return split.version;
  if (split.kind === 'rules') return t('split.rules', { ...split, count: split.rules });
  const main = WHOLE - split.percent;
  return (
    <span className="alias-split">
      {t('split.weight', { ...split, main })}
      <span className="alias-bar" aria-hidden>
        <span style={{ width: `${main}%` }} />
      </span>
    </span>
  );
}

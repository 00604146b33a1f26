import { useTexts } from '../../../i18n/index.ts';
import type { Alias } from '../versions/version-list.ts';
import { splitOf } from './alias-split.ts';

const WHOLE = 100;

/** The versions of an alias with the requests that each gets, in words and as a bar. */
export function AliasTarget({ alias }: { alias: Alias }) {
  const { t } = useTexts('functionAliases');
  const split = splitOf(alias);
  if (split.kind === 'one') return split.version;
  if (split.kind === 'rules') {
    const { version, grey, combine, rules } = split;
    const words = rules.map(({ rule_type, param, op, value }) => `${t(`rules.${rule_type}`)} ${param} ${op} ${value}`);
    const all = words.join(` ${t(`rules.joined.${combine}`)} `);
    return (
      <span className="alias-split">
        {t('split.rules', { version, grey })}
        <span className="alias-split-rules" title={all}>
          {all}
        </span>
      </span>
    );
  }
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

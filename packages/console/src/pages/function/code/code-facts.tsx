import { Link } from '@tanstack/react-router';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import type { ShownFunction } from '../shown-function.ts';
import type { Code } from './code-query.ts';

/** Size and age of the deployed code, and how it is run. */
export function CodeFacts({ fn: { config }, stored }: { fn: ShownFunction; stored: Code['stored'] }) {
  const { t } = useTexts('functionCode');
  const numbers = useNumbers();
  const facts = [
    ['size', numbers.bytes(stored.code_size)],
    ['modified', <Moment key="at" at={stored.last_modified} />],
    ['handler', <code key="handler">{config.handler}</code>],
    ['memory', config.memory_size],
    ['timeout', config.timeout],
  ] as const;
  return (
    <dl className="surface code-facts" aria-label={t('facts.label')}>
      {facts.map(([key, value]) => (
        <div key={key}>
          <dt>{t(`facts.${key}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>{t('facts.settings')}</dt>
        <dd>
          <Link to="." search={((search: object) => ({ ...search, tab: 'settings', section: undefined })) as never}>
            {t('facts.edit')}
          </Link>
        </dd>
      </div>
    </dl>
  );
}

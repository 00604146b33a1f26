import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';

/** A value as JSON, without its fields that are null. */
export function ValueView({ title, value }: { title: string; value: unknown }) {
  const { t } = useTexts('flowRun');
  const text = value === undefined ? undefined : JSON.stringify(withoutNulls(value), null, 2);
  return (
    <section className="run-value" aria-label={title}>
      <h4>
        {title}
        {text !== undefined && <CopyButton text={text} label={t('panel.copy', { title })} />}
      </h4>
      {text === undefined ? (
        <p>{t('panel.noValue')}</p>
      ) : (
        // a long value scrolls by keyboard too
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        <pre className="code-block" tabIndex={0}>
          {text}
        </pre>
      )}
    </section>
  );
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

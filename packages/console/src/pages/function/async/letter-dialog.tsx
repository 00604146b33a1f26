import { useQuery } from '@tanstack/react-query';
import { Modal, Skeleton } from 'antd';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorView } from '../../../parts/error-view.tsx';
import { type Fact, Facts } from '../../../parts/facts.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { type DeadLetter, useReason } from './letter-columns.tsx';

/** JSON with lines of its own; other text as it is. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** What failed and why, with its event. */
export function LetterDialog({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const { t } = useTexts('functionAsync');
  const reasonOf = useReason();
  const shown = useQuery(query('showDeadLetter', { params: { letter_id: letter.id } }));
  const facts: Fact[] = [
    { name: t('letters.facts.request'), value: letter.request_id, copy: letter.request_id },
    { name: t('letters.facts.reason'), value: reasonOf(letter.reason) },
    { name: t('letters.facts.message'), value: letter.message },
    { name: t('letters.facts.attempts'), value: letter.attempts },
    { name: t('letters.facts.enqueued'), value: <Moment at={letter.enqueued_at} /> },
    { name: t('letters.facts.died'), value: <Moment at={letter.died_at} /> },
    { name: t('letters.facts.destination'), value: `${letter.destination} ${letter.destination_param}`.trim() },
    { name: t('letters.facts.chain'), value: letter.chain.length > 1 ? letter.chain.join(' → ') : '' },
  ].filter(({ value }) => value !== '');
  const { event, event_encoding: encoding } = shown.data ?? {};
  const text = event === undefined ? '' : encoding === 'utf8' ? readable(event) : event;
  return (
    <Modal open width={680} title={t('letters.show.title')} footer={null} onCancel={onClose}>
      <Facts facts={facts} />
      <h3>{t(encoding === 'base64' ? 'letters.show.base64' : 'letters.show.event')}</h3>
      {shown.isPending && <Skeleton active paragraph={{ rows: 3 }} title={false} />}
      {shown.error !== null && <ErrorView error={shown.error} onRetry={() => void shown.refetch()} />}
      {shown.isSuccess && (
        <div className="async-sample">
          {/* a long line scrolls by keyboard too */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
          <pre className="code-block" tabIndex={0}>
            {text}
          </pre>
          <CopyButton text={event ?? ''} label={t('letters.show.copy')} />
        </div>
      )}
    </Modal>
  );
}

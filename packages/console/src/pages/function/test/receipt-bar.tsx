import type { Receipt } from '@funcgraph/api';
import { useTexts } from '../../../i18n/index.ts';
import { useNumbers } from '../../../parts/numbers.ts';
import { phasesOf } from './phases.ts';

/** Where the time of an invocation went: a bar of its steps, with their figures below. */
export function ReceiptBar({ receipt }: { receipt: Receipt }) {
  const { t } = useTexts('functionTest');
  const numbers = useNumbers();
  const phases = phasesOf(receipt);
  const [receivedBy, ranOn] = receipt.nodes ?? [];
  const text = (ms: number) => `${numbers.fine(ms)} ms`;
  return (
    <div className="receipt">
      <div className="receipt-bar" aria-hidden>
        {phases.map(({ name, share }) => (
          <span key={name} className={`phase-${name}`} style={{ flexGrow: share }} />
        ))}
      </div>
      <ul aria-label={t('phases.label')}>
        {phases.map(({ name, ms }) => (
          <li key={name} title={t(`phases.${name}.hint`)}>
            <span className={`receipt-mark phase-${name}`} />
            {t(`phases.${name}.name`)} <strong>{text(ms)}</strong>
          </li>
        ))}
      </ul>
      {receivedBy !== undefined && ranOn !== undefined && <p>{t('ranOn', { receivedBy, ranOn })}</p>}
    </div>
  );
}

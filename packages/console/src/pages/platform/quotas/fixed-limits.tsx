import { LIMITS } from '@funcgraph/api/limits';
import { useTexts } from '../../../i18n/index.ts';
import { Facts } from '../../../parts/facts.tsx';
import { useNumbers } from '../../../parts/numbers.ts';

const MEBIBYTE = 1024 * 1024;

/** Limits of every request and function. */
export function FixedLimits() {
  const { t } = useTexts('quotas');
  const numbers = useNumbers();
  const facts = [
    { name: t('limits.seconds'), value: t('limits.secondsValue', { count: LIMITS.timeoutSeconds.max }) },
    { name: t('limits.sync'), value: numbers.bytes(LIMITS.syncEventBytes) },
    { name: t('limits.result'), value: numbers.bytes(LIMITS.resultBytes) },
    { name: t('limits.async'), value: numbers.bytes(LIMITS.asyncEventBytes) },
    { name: t('limits.tmp'), value: numbers.bytes(LIMITS.tmpMb.usual * MEBIBYTE) },
    { name: t('limits.files'), value: numbers.whole(LIMITS.files) },
    { name: t('limits.processes'), value: numbers.whole(LIMITS.processes) },
    { name: t('limits.upload'), value: numbers.bytes(LIMITS.codeZipBytes) },
    { name: t('limits.export'), value: numbers.bytes(LIMITS.exportZipBytes) },
  ];
  return (
    <section className="platform-section" aria-label={t('limits.title')}>
      <h2>{t('limits.title')}</h2>
      <div className="surface platform-box">
        <Facts facts={facts} />
      </div>
    </section>
  );
}

import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import { Status } from '../../../parts/status.tsx';
import { ReceiptBar } from './receipt-bar.tsx';
import { type TestResult, useReceipt } from './use-test-run.ts';

/** JSON on several lines; other text as it is. */
function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** What a test returned and logged, what it used, and where its time went. */
export function TestResultView({ result }: { result: TestResult }) {
  const { t } = useTexts('functionTest');
  const numbers = useNumbers();
  const { data: receipt } = useReceipt(result.requestId);
  const cpu = receipt && receipt.cpu_ms !== null && `${numbers.fine(receipt.cpu_ms)} ms`;
  const memory = receipt?.peak_memory_bytes ?? undefined;
  const facts = [
    ['duration', receipt && `${numbers.fine(receipt.total_ms)} ms`],
    ['memory', receipt && memory !== undefined && `${numbers.bytes(memory)} / ${receipt.memory_mb} MB`],
    ['cpu', receipt?.cpu_shared ? t('result.cpuShare', { ms: cpu }) : cpu],
    ['start', receipt && t(receipt.cold ? 'result.cold' : 'result.warm')],
  ] as const;
  return (
    <div className="test-result">
      <div className="test-result-head" role="status">
        <Status kind={result.isFailure ? 'bad' : 'good'}>{t(result.isFailure ? 'result.failed' : 'result.ok')}</Status>
      </div>
      {receipt && <ReceiptBar receipt={receipt} />}
      <Output title={t('result.value')} text={prettyJson(result.text)} />
      <Output title={t('result.log')} text={result.log.trimEnd() || t('result.noLog')} />
      <details className="test-headers">
        <summary>{t('result.headers', { count: result.headers.length })}</summary>
        <dl>
          {result.headers.map(({ name, value }) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      <h3>{t('result.summary')}</h3>
      <dl>
        {facts.map(
          ([key, value]) =>
            value && (
              <div key={key}>
                <dt>{t(`result.${key}`)}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
        <div>
          <dt>{t('result.requestId')}</dt>
          <dd className="test-request">
            <code>{result.requestId}</code>
            <CopyButton text={result.requestId} label={t('result.copyId')} />
          </dd>
        </div>
      </dl>
    </div>
  );
}

function Output({ title, text }: { title: string; text: string }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {/* a long text scrolls by keyboard too */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}

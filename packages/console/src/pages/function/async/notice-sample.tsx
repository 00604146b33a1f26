import { Modal } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';

/** What a destination gets, as of a call of the function. */
const sampleOf = (urn: string): string =>
  JSON.stringify(
    {
      timestamp: '2027-01-01T12:00:00.000Z',
      request_context: {
        request_id: '4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11',
        function_urn: urn,
        condition: '',
        approximate_invoke_count: 0,
      },
      request_payload: '{"name":"Ada"}',
      response_context: { status_code: 200, function_error: '' },
      response_payload: '{"message":"Hello, Ada!"}',
    },
    undefined,
    2,
  );

const MEANINGS = ['condition', 'approximate_invoke_count', 'request_payload', 'status_code'] as const;

export function NoticeSample({ urn, onClose }: { urn: string; onClose: () => void }) {
  const { t } = useTexts('functionAsync');
  const sample = sampleOf(urn);
  return (
    <Modal open width={680} title={t('sample.title')} footer={null} onCancel={onClose}>
      <p>{t('sample.text')}</p>
      <div className="async-sample">
        {/* a long line scrolls by keyboard too */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
        <pre className="code-block" tabIndex={0}>
          {sample}
        </pre>
        <CopyButton text={sample} label={t('sample.copy')} />
      </div>
      <dl className="async-meanings">
        {MEANINGS.map((name) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>{t(`sample.meanings.${name}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

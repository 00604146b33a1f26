import { Button, Modal } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Command } from '../../../parts/command.tsx';
import type { Policy } from '../grants/use-policies.ts';
import '../identity.css';
import { useDescription } from './use-description.ts';

/** The document of a policy. */
export function PolicyDetails({ policy, onClose }: { policy: Policy; onClose: () => void }) {
  const { t } = useTexts('policies');
  const descriptionOf = useDescription();
  return (
    <Modal
      open
      title={policy.display_name}
      width={640}
      footer={<Button onClick={onClose}>{t('close')}</Button>}
      onCancel={onClose}
    >
      <p className="policy-note">{descriptionOf(policy)}</p>
      {/* a long document scrolls by keyboard too */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <pre className="code-block" tabIndex={0}>
        {JSON.stringify(policy.policy, null, 2)}
      </pre>
      <div className="policy-command">
        <Command line={`fgs iam policies show '${policy.display_name}' --output json`} />
      </div>
    </Modal>
  );
}

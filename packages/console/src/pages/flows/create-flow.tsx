import { useNavigate } from '@tanstack/react-router';
import { Space, Tooltip } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';

const MODES = [
  { mode: 'NORMAL', word: 'create.standard', hint: 'create.standardHint', type: 'primary' },
  { mode: 'EXPRESS', word: 'create.express', hint: 'create.expressHint', type: 'default' },
] as const;

/** Leads to an empty drawing of a standard or an express flow. */
export function CreateFlow() {
  const { t } = useTexts('flows');
  const navigate = useNavigate();
  return (
    <Space wrap>
      {MODES.map(({ mode, word, hint, type }) => (
        <Tooltip key={mode} title={t(hint)}>
          <ActionButton
            needs="createWorkflow"
            type={type}
            onClick={() => void navigate({ to: '/flows/new', search: { mode } as never })}
          >
            {t(word)}
          </ActionButton>
        </Tooltip>
      ))}
    </Space>
  );
}

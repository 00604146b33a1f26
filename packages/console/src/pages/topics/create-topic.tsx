import { useNavigate } from '@tanstack/react-router';
import { Form, Input } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useChange } from '../../parts/use-change.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/;

interface Fields {
  readonly name: string;
  readonly display_name?: string;
}

export function CreateTopic({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('topics');
  const navigate = useNavigate();
  const creation = useChange('createTopic');
  const submit = async ({ name, display_name = '' }: Fields) => {
    const texts = { done: () => t('create.done'), failed: () => t('create.failed') };
    if (await creation.send({ body: { name, display_name } }, texts))
      await navigate({ to: '/topics/$topic', params: { topic: name } });
  };
  return (
    <FormDialog<Fields> title={t('create.title')} isBusy={creation.isBusy} onSubmit={submit} onClose={onClose}>
      <Form.Item
        name="name"
        label={t('columns.name')}
        extra={<span className="field-rule">{t('create.nameHelp')}</span>}
        validateTrigger="onBlur"
        rules={[
          { required: true, message: t('create.nameMissing') },
          { pattern: NAME, message: t('create.nameHelp') },
        ]}
      >
        <Input autoFocus autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="display_name" label={t('columns.displayName')} extra={t('create.displayNameHelp')}>
        <Input autoComplete="off" maxLength={192} />
      </Form.Item>
    </FormDialog>
  );
}

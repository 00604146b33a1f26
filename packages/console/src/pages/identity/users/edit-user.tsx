import { Form, Switch } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { DescriptionField } from '../name-fields.tsx';
import { PasswordField } from './password-field.tsx';
import type { User } from './user-columns.tsx';

interface Fields {
  readonly description?: string;
  readonly password?: string;
  readonly enabled: boolean;
}

export function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTexts('users');
  const { send, isBusy } = useChange('updateUser');
  const submit = async ({ description = '', password, enabled }: Fields) => {
    const changed = { description, enabled, ...(password ? { password } : {}) };
    const texts = {
      done: () => t('edit.done', { name: user.name }),
      failed: () => t('edit.failed', { name: user.name }),
    };
    if (await send({ params: { user_id: user.id }, body: { user: changed } }, texts)) onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('edit.title', { name: user.name })}
      initialValues={{ description: user.description, enabled: user.enabled }}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <DescriptionField />
      <PasswordField label={t('edit.password')} help={t('edit.passwordHelp')} />
      <Form.Item name="enabled" label={t('edit.enabled')} valuePropName="checked" extra={t('edit.enabledHelp')}>
        <Switch />
      </Form.Item>
    </FormDialog>
  );
}

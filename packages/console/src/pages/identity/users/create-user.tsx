import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { NameFields } from '../name-fields.tsx';
import { GroupsField } from './groups-field.tsx';
import { PasswordField } from './password-field.tsx';

interface Fields {
  readonly name: string;
  readonly description?: string;
  readonly password?: string;
  readonly groups?: string[];
}

/** A user, made a member of groups. */
export function CreateUser({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('users');
  const creation = useChange('createUser');
  const joining = useChange('addGroupMember');
  const submit = async ({ name, description = '', password, groups = [] }: Fields) => {
    const user = { name, description, ...(password ? { password } : {}) };
    const texts = { done: () => t('create.done', { name }), failed: () => t('create.failed', { name }) };
    const created = await creation.send({ body: { user } }, texts);
    if (created === undefined) return;
    for (const group of groups) {
      const params = { group_id: group, user_id: created.answer.user.id };
      await joining.send({ params }, { failed: () => t('join.failed', { name }) });
    }
    onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('create.action')}
      isBusy={creation.isBusy || joining.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameFields label={t('columns.name')} />
      <PasswordField label={t('password')} help={t('create.passwordHelp')} />
      <GroupsField />
    </FormDialog>
  );
}

import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { NameFields } from '../name-fields.tsx';
import type { Group } from './group-columns.tsx';

interface Fields {
  readonly name: string;
  readonly description?: string;
}

export function EditGroup({ group, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useTexts('groups');
  const { send, isBusy } = useChange('updateGroup');
  const submit = async ({ name, description = '' }: Fields) => {
    const texts = { done: () => t('edit.done', { name }), failed: () => t('edit.failed', { name: group.name }) };
    const input = { params: { group_id: group.id }, body: { group: { name, description } } };
    if (await send(input, texts)) onClose();
  };
  const { name, description } = group;
  return (
    <FormDialog<Fields>
      title={t('edit.title', { name })}
      initialValues={{ name, description }}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameFields />
    </FormDialog>
  );
}

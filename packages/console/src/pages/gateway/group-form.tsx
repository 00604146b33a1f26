import { useNavigate } from '@tanstack/react-router';
import { Form, Input } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useChange } from '../../parts/use-change.ts';
import type { Group } from './definition.ts';
import { NameField } from './name-field.tsx';

interface Fields {
  readonly name: string;
  readonly description?: string;
}

/** Creates a group, or changes its name and description. */
export function GroupForm({ group, onClose }: { group?: Group; onClose: () => void }) {
  const { t } = useTexts('gateway');
  const navigate = useNavigate();
  const creation = useChange('createGatewayGroup');
  const update = useChange('updateGatewayGroup');
  const submit = async ({ name, description = '' }: Fields) => {
    const body = { name, description };
    if (group !== undefined) {
      const texts = { done: () => t('saved', { name }), failed: () => t('saveFailed', { name }) };
      if (await update.send({ params: { group_id: group.id }, body }, texts)) onClose();
      return;
    }
    const made = await creation.send(
      { body },
      { done: () => t('groups.created', { name }), failed: () => t('groups.createFailed', { name }) },
    );
    if (made) await navigate({ to: '/gateway/$group', params: { group: made.answer.id } });
  };
  return (
    <FormDialog<Fields>
      title={group === undefined ? t('groups.create') : t('groups.edit')}
      {...(group === undefined ? {} : { initialValues: group })}
      isBusy={creation.isBusy || update.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameField label={t('groups.name')} />
      <Form.Item name="description" label={t('description')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} maxLength={255} />
      </Form.Item>
    </FormDialog>
  );
}

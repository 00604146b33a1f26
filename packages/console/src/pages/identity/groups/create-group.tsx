import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { PoliciesField } from '../grants/policies-field.tsx';
import { ScopeFields } from '../grants/scope-fields.tsx';
import { type ScopeChoice, useGrant } from '../grants/use-grant.ts';
import { NameFields } from '../name-fields.tsx';

interface Fields extends ScopeChoice {
  readonly name: string;
  readonly description?: string;
  readonly policies?: string[];
}

/** A group with its first policies. */
export function CreateGroup({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('groups');
  const creation = useChange('createGroup');
  const { grant, isBusy } = useGrant();
  const submit = async ({ name, description = '', policies = [], ...scope }: Fields) => {
    const texts = { done: () => t('create.done', { name }), failed: () => t('create.failed', { name }) };
    const created = await creation.send({ body: { group: { name, description } } }, texts);
    if (created === undefined) return;
    await grant({ group_id: created.answer.group.id }, policies, scope);
    onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('create.action')}
      initialValues={{ scope: 'domain' }}
      isBusy={creation.isBusy || isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameFields />
      <PoliciesField />
      <ScopeFields />
    </FormDialog>
  );
}

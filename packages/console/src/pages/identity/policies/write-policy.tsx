import { Form, Input } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import type { Policy } from '../grants/use-policies.ts';
import { NameFields } from '../name-fields.tsx';

const EXAMPLE = {
  Version: '1.1',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['functiongraph:function:getConfig', 'functiongraph:function:invoke*'],
      Resource: ['functiongraph:*:*:function:default/hello'],
    },
  ],
};

interface Fields {
  readonly name: string;
  readonly description?: string;
  readonly document: string;
}

/** A new policy, or other statements for one of the account. The server names the field that is wrong. */
export function WritePolicy({ policy, onClose }: { policy?: Policy; onClose: () => void }) {
  const { t } = useTexts('policies');
  const creation = useChange('createPolicy');
  const change = useChange('updatePolicy');

  const submit = async ({ name, description = '', document }: Fields) => {
    const role = { display_name: name, description, policy: JSON.parse(document) as unknown };
    const saved =
      policy === undefined
        ? await creation.send(
            { body: { role } },
            { done: () => t('create.done', { name }), failed: () => t('create.failed') },
          )
        : await change.send(
            { params: { role_id: policy.id }, body: { role } },
            { done: () => t('edit.done', { name }), failed: () => t('edit.failed', { name }) },
          );
    if (saved) onClose();
  };
  const isJson = async (_: unknown, text = '') => {
    try {
      JSON.parse(text);
    } catch (error) {
      throw new Error(t('notJson', { problem: (error as Error).message }));
    }
  };
  return (
    <FormDialog<Fields>
      title={policy === undefined ? t('create.action') : t('edit.title', { name: policy.display_name })}
      initialValues={{
        name: policy?.display_name ?? '',
        description: policy?.description ?? '',
        document: JSON.stringify(policy?.policy ?? EXAMPLE, null, 2),
      }}
      isBusy={creation.isBusy || change.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameFields label={t('columns.name')} />
      <Form.Item
        name="document"
        label={t('document')}
        extra={t('documentHelp')}
        required
        validateTrigger="onBlur"
        rules={[{ validator: isJson }]}
      >
        <Input.TextArea className="code-input" autoSize={{ minRows: 10, maxRows: 18 }} spellCheck={false} />
      </Form.Item>
    </FormDialog>
  );
}

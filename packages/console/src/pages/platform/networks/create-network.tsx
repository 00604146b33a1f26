import { Form, Input, Switch } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { NameField } from '../name-field.tsx';

/** Optional fields, as the route names them. */
const FIELDS = ['cidr', 'interface', 'vpc_id', 'subnet_id'] as const;

type Fields = { readonly name: string; readonly nat: boolean } & {
  readonly [field in (typeof FIELDS)[number]]?: string;
};

export function CreateNetwork({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('networks');
  const { send, isBusy } = useChange('createNetwork');
  const submit = async ({ name, nat, ...rest }: Fields) => {
    const filled = Object.entries(rest).flatMap(([field, text]) => (text?.trim() ? [[field, text.trim()]] : []));
    const body = { name, nat, ...Object.fromEntries(filled) };
    const texts = { done: () => t('create.done', { name }), failed: () => t('create.failed', { name }) };
    if (await send({ body }, texts)) onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('create.action')}
      initialValues={{ nat: false }}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameField />
      {FIELDS.map((field) => (
        <Form.Item key={field} name={field} label={t(`create.${field}`)} extra={t(`create.${field}Help`)}>
          <Input autoComplete="off" maxLength={64} />
        </Form.Item>
      ))}
      <Form.Item name="nat" label={t('columns.outside')} valuePropName="checked" extra={t('create.natHelp')}>
        <Switch />
      </Form.Item>
    </FormDialog>
  );
}

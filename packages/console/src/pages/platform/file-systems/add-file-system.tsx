import { Form, Input, InputNumber, Radio, Switch } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { NameField } from '../name-field.tsx';

const USER = 1003;
const MAX_USER = 65_534;

interface Fields {
  readonly name: string;
  readonly kind: 'folder' | 'nfs';
  readonly location: string;
  readonly readOnly: boolean;
  readonly user: number;
}

/** Registers a folder of the machine or an NFS export. */
export function AddFileSystem({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('fileSystems');
  const notices = useNotices();
  const { send, isBusy } = useChange('addFileSystem');
  const submit = async ({ name, kind, location, readOnly, user }: Fields) => {
    const body = {
      name,
      [kind === 'nfs' ? 'nfs' : 'path']: location.trim(),
      read_only: readOnly,
      user_id: user,
      user_group_id: user,
    };
    const texts = { done: () => t('add.done', { name }), failed: () => t('add.failed', { name }) };
    const added = await send({ body }, texts);
    if (added === undefined) return;
    const { writable, read_only } = added.answer;
    if (!writable && !read_only)
      notices.warning(
        () => t('add.done', { name }),
        () => t('add.notWritable', { user }),
      );
    onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('add.action')}
      initialValues={{ kind: 'folder', readOnly: false, user: USER }}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameField />
      <LocationFields />
      <Form.Item name="readOnly" label={t('add.readOnly')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="user" label={t('columns.owner')} extra={t('add.userHelp')} required>
        <InputNumber min={1} max={MAX_USER} precision={0} />
      </Form.Item>
    </FormDialog>
  );
}

function LocationFields() {
  const { t } = useTexts('fileSystems');
  const kind = Form.useWatch<Fields['kind']>('kind') ?? 'folder';
  return (
    <>
      <Form.Item name="kind" label={t('columns.kind')}>
        <Radio.Group options={(['folder', 'nfs'] as const).map((value) => ({ value, label: t(`kind.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="location"
        label={t('columns.location')}
        extra={t(`add.${kind}Help`)}
        rules={[{ required: true, message: t('add.missing') }]}
      >
        <Input autoComplete="off" placeholder={kind === 'nfs' ? 'storage.example:/export/shared' : '/srv/models'} />
      </Form.Item>
    </>
  );
}

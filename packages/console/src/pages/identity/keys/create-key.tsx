import { Alert, Button, Modal } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { DescriptionField } from '../name-fields.tsx';

interface CreateKeyProps {
  readonly userId: string;
  readonly userName: string;
  readonly onClose: () => void;
}

/** Asks for the purpose of a key, then shows its secret, which no other answer of the server has. */
export function CreateKey({ userId, userName, onClose }: CreateKeyProps) {
  const { t } = useTexts('accessKeys');
  const { send, isBusy } = useChange('createAccessKey');
  const [key, setKey] = useState<{ access: string; secret: string }>();
  const submit = async ({ description = '' }: { description?: string }) => {
    const body = { credential: { user_id: userId, description } };
    const created = await send({ body }, { failed: () => t('create.failed', { name: userName }) });
    if (created) setKey(created.answer.credential);
  };
  if (key !== undefined) return <Secret {...key} onClose={onClose} />;
  return (
    <FormDialog<{ description?: string }>
      title={t('create.title', { name: userName })}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <DescriptionField />
    </FormDialog>
  );
}

function Secret({ access, secret, onClose }: { access: string; secret: string; onClose: () => void }) {
  const { t } = useTexts('accessKeys');
  const rows = [
    [t('columns.key'), access],
    [t('create.secret'), secret],
  ] as const;
  return (
    <Modal
      open
      title={t('create.made')}
      mask={{ closable: false }}
      closable={false}
      keyboard={false}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('create.stored')}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={t('create.once')} />
      <dl className="key-secret">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{text}</code>
              <CopyButton text={text} label={t('create.copy', { name })} />
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

import { Button, Form, Input, Tag } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useChange } from '../../parts/use-change.ts';
import type { Group } from './definition.ts';
import './gateway.css';

/** The host names of a group. */
export function Hosts({ group: { id, hosts } }: { group: Group }) {
  const { t } = useTexts('gateway');
  const [isAdding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<string>();
  const addition = useChange('addGatewayHost');
  const add = async ({ host }: { host: string }) => {
    const texts = { done: () => t('hosts.added', { host }), failed: () => t('hosts.addFailed', { host }) };
    if (await addition.send({ params: { group_id: id, host } }, texts)) setAdding(false);
  };
  return (
    <div className="gateway-hosts">
      {hosts.map((host) => (
        <Tag key={host}>
          {host}
          <Button
            type="text"
            size="small"
            aria-label={t('hosts.removeLabel', { host })}
            onClick={() => setDoomed(host)}
          >
            ×
          </Button>
        </Tag>
      ))}
      <ActionButton needs="addGatewayHost" size="small" onClick={() => setAdding(true)}>
        {t('hosts.add')}
      </ActionButton>
      {isAdding && (
        <FormDialog<{ host: string }>
          title={t('hosts.add')}
          isBusy={addition.isBusy}
          onSubmit={add}
          onClose={() => setAdding(false)}
        >
          <Form.Item
            name="host"
            label={t('hosts.host')}
            extra={t('hosts.help')}
            rules={[{ required: true, message: t('hosts.missing') }]}
          >
            <Input autoFocus autoComplete="off" maxLength={253} placeholder="api.shop.example" />
          </Form.Item>
        </FormDialog>
      )}
      {doomed !== undefined && (
        <DeleteDialog
          route="removeGatewayHost"
          input={{ params: { group_id: id, host: doomed } }}
          title={t('hosts.removeTitle', { host: doomed })}
          consequence={t('hosts.removeConsequence')}
          done={() => t('hosts.removed', { host: doomed })}
          failed={() => t('hosts.removeFailed', { host: doomed })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </div>
  );
}

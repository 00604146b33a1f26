import type { RouteBody, RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Radio } from 'antd';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { Command } from '../../../parts/command.tsx';
import { ErrorView } from '../../../parts/error-view.tsx';
import { useChange } from '../../../parts/use-change.ts';
import { useFormLanguage } from '../../../parts/use-form-language.ts';
import '../platform.css';

type Share = RouteResponse<Routes['listShares']>['shares'][number];
export type ShareKind = Share['kind'];

const FLAGS = { 'file-system': 'filesystem', network: 'network', image: 'image' } as const;

interface ShareDialogProps {
  readonly kind: ShareKind;
  readonly name: string;
  readonly onClose: () => void;
}

interface Fields {
  readonly holder: 'account' | 'project';
  readonly of: string;
}

/** Which other accounts and projects may use a resource of the machine. */
export function ShareDialog({ kind, name, onClose }: ShareDialogProps) {
  const { t } = useTexts('platform');
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const list = useQuery(query('listShares'));
  const { send, isBusy } = useChange('addShare');
  const holder = Form.useWatch('holder', form);
  const shares = (list.data?.shares ?? []).filter((share) => share.kind === kind && share.name === name);
  const add = async ({ holder, of }: Fields) => {
    const body = { kind, name, [holder]: of.trim() } as RouteBody<Routes['addShare']>;
    const texts = { done: () => t('share.done', { name, of }), failed: () => t('share.failed', { name }) };
    if (await send({ body }, texts)) form.resetFields(['of']);
  };
  return (
    <Modal
      open
      title={t('share.title', { name })}
      footer={<Button onClick={onClose}>{t('close')}</Button>}
      onCancel={onClose}
    >
      <p>{t('share.text')}</p>
      {list.error && <ErrorView error={list.error} />}
      {shares.length > 0 && (
        <ul className="platform-shares">
          {shares.map((share) => (
            <ShareRow key={`${share.account} ${share.project}`} share={share} />
          ))}
        </ul>
      )}
      <Form<Fields> form={form} layout="vertical" initialValues={{ holder: 'account' }} onFinish={(f) => void add(f)}>
        <Form.Item name="holder" label={t('share.with')}>
          <Radio.Group
            options={(['account', 'project'] as const).map((value) => ({ value, label: t(`share.${value}`) }))}
          />
        </Form.Item>
        <Form.Item
          name="of"
          label={t(holder === 'project' ? 'share.projectId' : 'share.accountName')}
          rules={[{ required: true, message: t('share.missing') }]}
        >
          <Input autoComplete="off" maxLength={64} />
        </Form.Item>
        <ActionButton needs="addShare" htmlType="submit" loading={isBusy}>
          {t('share.action')}
        </ActionButton>
      </Form>
      <div className="platform-command">
        <Command line={`fgs shares add --${FLAGS[kind]} '${name}' --account other-team`} />
      </div>
    </Modal>
  );
}

function ShareRow({ share: { kind, name, account, project } }: { share: Share }) {
  const { t } = useTexts('platform');
  const { send, isBusy } = useChange('removeShare');
  const of = account ?? project ?? '';
  const end = () => {
    const query = { kind, name, ...(account === undefined ? { project: of } : { account: of }) };
    void send({ query }, { done: () => t('share.ended', { name, of }), failed: () => t('share.endFailed', { name }) });
  };
  return (
    <li>
      <span>
        {t(account === undefined ? 'share.project' : 'share.account')} {of}
      </span>
      <ActionButton needs="removeShare" type="link" size="small" loading={isBusy} onClick={end}>
        {t('share.end')}
      </ActionButton>
    </li>
  );
}

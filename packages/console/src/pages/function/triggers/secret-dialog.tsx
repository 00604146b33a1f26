import { useMutation, useQuery } from '@tanstack/react-query';
import { Modal, Skeleton } from 'antd';
import { mutation, query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { nameOf, paramsOf, type Trigger } from './trigger.ts';

interface SecretDialogProps {
  readonly fn: ShownFunction;
  readonly trigger: Trigger;
  readonly onClose: () => void;
}

/** What the sender of events needs: the address of a webhook and its secret. */
export function SecretDialog({ fn, trigger, onClose }: SecretDialogProps) {
  const { t } = useTexts('triggers');
  const notices = useNotices();
  const name = nameOf(trigger);
  const shown = useQuery(query('showFunctionTrigger', { params: paramsOf(fn, trigger) }));
  const renewal = useMutation(mutation('renewTriggerSecret'));
  const renew = () =>
    renewal.mutate(
      { params: { function_urn: fn.urn, trigger_id: trigger.trigger_id } },
      {
        onSuccess: () => notices.success(() => t('secret.renewed', { name })),
        onError: (error) => notices.failure(() => t('secret.failed', { name }), error),
      },
    );
  const { secret } = shown.data ?? {};
  return (
    <Modal
      open
      title={t('secret.title', { name })}
      onCancel={onClose}
      footer={
        <ActionButton needs="renewTriggerSecret" loading={renewal.isPending} onClick={renew}>
          {t('secret.renew')}
        </ActionButton>
      }
    >
      <p>{t('secret.text')}</p>
      <Line label={t('invokeUrl')} text={String(trigger.event_data.invoke_url ?? '')} copy={t('copyUrl')} />
      {shown.isPending && <Skeleton active paragraph={{ rows: 1 }} title={false} />}
      {secret !== undefined && <Line label={t('secret.value')} text={secret} copy={t('secret.copy')} />}
      {shown.isSuccess && secret === undefined && <p>{t('secret.denied')}</p>}
    </Modal>
  );
}

function Line({ label, text, copy }: { label: string; text: string; copy: string }) {
  return (
    <div className="trigger-line">
      <span>{label}</span>
      <code>{text}</code>
      <CopyButton text={text} label={copy} />
    </div>
  );
}

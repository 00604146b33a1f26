import { useMutation } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { mutation } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { base64Of } from '../../parts/base64.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useNotices } from '../../parts/notices.tsx';
import { shardNumber } from './stream.ts';

interface Fields {
  readonly data: string;
  readonly key?: string;
}

/** Puts one record of text into a stream. */
export function SendRecord({ stream, onClose }: { stream: string; onClose: () => void }) {
  const { t } = useTexts('streams');
  const notices = useNotices();
  const sending = useMutation(mutation('sendRecords'));
  const submit = async ({ data, key = '' }: Fields) => {
    const record = { data: await base64Of(new Blob([data])), ...(key === '' ? {} : { partition_key: key }) };
    try {
      const { records } = await sending.mutateAsync({ body: { stream_name: stream, records: [record] } });
      const [sent] = records;
      // the answer is good although a record may be refused
      if (sent?.sequence_number === undefined) throw new Error(sent?.error_message ?? t('send.failed'));
      notices.success(() => t('send.done', { shard: shardNumber(sent.partition_id), number: sent.sequence_number }));
      onClose();
    } catch (error) {
      notices.failure(() => t('send.failed'), error as Error);
    }
  };
  return (
    <FormDialog<Fields>
      title={t('send.title', { name: stream })}
      okText={t('send.action')}
      isBusy={sending.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="data" label={t('records.data')} rules={[{ required: true, message: t('send.dataMissing') }]}>
        <Input.TextArea className="code-input" autoFocus autoSize={{ minRows: 5, maxRows: 14 }} />
      </Form.Item>
      <Form.Item name="key" label={t('records.key')} extra={t('send.keyHelp')}>
        <Input autoComplete="off" maxLength={256} />
      </Form.Item>
    </FormDialog>
  );
}

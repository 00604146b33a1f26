import { LIMITS } from '@funcgraph/api/limits';
import { Form, InputNumber, Switch } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import { useChange } from '../../../parts/use-change.ts';
import type { ShownFunction } from '../shown-function.ts';
import { DestinationItems } from './destination-items.tsx';
import { type AsyncConfig, type DestinationFields, destinationOf, fieldsOf } from './destinations.ts';

interface Fields {
  readonly retries: number;
  readonly age: number;
  readonly on_success: DestinationFields;
  readonly on_failure: DestinationFields;
  readonly statusLog: boolean;
}

interface AsyncDialogProps {
  readonly fn: ShownFunction;
  readonly config: AsyncConfig | undefined;
  readonly onClose: () => void;
}

const USUAL = { retries: 1, age: 3600 };

/** Retries, age and destinations. The server checks the rights of the person and of the agency on the destinations. */
export function AsyncDialog({ fn, config, onClose }: AsyncDialogProps) {
  const { t } = useTexts('functionAsync');
  const notices = useNotices();
  const { send, isBusy } = useChange('updateFunctionAsyncInvokeConfig');
  const save = async ({ retries, age, on_success, on_failure, statusLog }: Fields) => {
    const body = {
      max_async_retry_attempts: retries,
      max_async_event_age_in_seconds: age,
      destination_config: { on_success: destinationOf(on_success), on_failure: destinationOf(on_failure) },
      enable_async_status_log: statusLog,
    };
    const saved = await send(
      { params: { function_urn: fn.urn }, body },
      { done: () => t('configure.done'), failed: () => t('configure.failed') },
    );
    if (saved === undefined) return;
    const { warning } = saved.answer;
    if (warning !== undefined)
      notices.warning(
        () => t('configure.warning'),
        () => warning,
      );
    onClose();
  };
  const agency = fn.config.xrole;
  return (
    <FormDialog<Fields>
      title={t('configure.title')}
      initialValues={{
        retries: config?.max_async_retry_attempts ?? USUAL.retries,
        age: config?.max_async_event_age_in_seconds ?? USUAL.age,
        on_success: fieldsOf(config?.destination_config.on_success),
        on_failure: fieldsOf(config?.destination_config.on_failure),
        statusLog: config?.enable_async_status_log ?? false,
      }}
      isBusy={isBusy}
      onSubmit={save}
      onClose={onClose}
    >
      <div className="async-columns">
        <NumberItem name="retries" {...LIMITS.asyncRetries} />
        <NumberItem name="age" {...LIMITS.asyncMaxAgeSeconds} />
      </div>
      <DestinationItems fn={fn} outcome="on_success" />
      <DestinationItems fn={fn} outcome="on_failure" />
      <p className="async-note">{agency ? t('rights.agency', { name: agency }) : t('rights.user')}</p>
      <Form.Item name="statusLog" label={t('fields.statusLog')} extra={t('hints.statusLog')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </FormDialog>
  );
}

interface NumberItemProps {
  readonly name: 'retries' | 'age';
  readonly min: number;
  readonly max: number;
}

function NumberItem({ name, min, max }: NumberItemProps) {
  const { t } = useTexts('functionAsync');
  const message = t('range', { min, max });
  return (
    <Form.Item
      name={name}
      label={t(`fields.${name}`)}
      extra={t(`hints.${name}`)}
      rules={[
        { required: true, message },
        { type: 'number', min, max, message },
      ]}
    >
      <InputNumber precision={0} style={{ width: '100%' }} />
    </Form.Item>
  );
}

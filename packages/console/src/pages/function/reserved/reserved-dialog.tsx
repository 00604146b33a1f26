import { LIMITS } from '@funcgraph/api/limits';
import { useMutation } from '@tanstack/react-query';
import { Form, Input, InputNumber, Modal, Radio, Select, Switch } from 'antd';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { useNotices } from '../../../parts/notices.tsx';
import { useFormLanguage } from '../../../parts/use-form-language.ts';
import { usePreferences } from '../../../preferences/index.ts';
import type { ShownFunction } from '../shown-function.ts';
import { useAliases, useVersions } from '../versions/version-list.ts';
import { CallPolicies, TimePolicies } from './policy-fields.tsx';
import {
  NEW_RESERVATION,
  qualifierOf,
  type Reserved,
  type ReservedFields,
  toBody,
  toFields,
} from './reserved-fields.ts';

interface ReservedDialogProps {
  readonly fn: ShownFunction;
  /** The one to change; a new one without. */
  readonly reserved?: Reserved | undefined;
  readonly onClose: () => void;
}

/** How many instances of a version or alias are always ready, and how many at set times. */
export function ReservedDialog({ fn, reserved, onClose }: ReservedDialogProps) {
  const { t } = useTexts('functionReserved');
  const notices = useNotices();
  const isUtc = usePreferences(({ times }) => times === 'utc');
  const [form] = Form.useForm<ReservedFields>();
  useFormLanguage(form);
  const change = useMutation(mutation('updateFunctionReservedInstancesCount'));
  const save = (given: ReservedFields) => {
    const { type, qualifier } = given;
    change.mutate(
      {
        params: { function_urn: `${fn.baseUrn}:${qualifierOf(type, qualifier)}` },
        body: toBody(given, isUtc),
      },
      {
        onSuccess: () => {
          notices.success(() => t('save.done', { name: qualifier }));
          onClose();
        },
        onError: (error) => notices.failure(() => t('save.failed', { name: qualifier }), error),
      },
    );
  };
  return (
    <Modal
      open
      title={t(reserved === undefined ? 'add.title' : 'edit.title')}
      width={720}
      confirmLoading={change.isPending}
      mask={{ closable: false }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<ReservedFields>
        form={form}
        layout="vertical"
        className="reserved-form"
        scrollToFirstError={{ focus: true }}
        initialValues={reserved === undefined ? NEW_RESERVATION : toFields(reserved, isUtc)}
        onFinish={save}
      >
        <Form.Item label={t('fields.function')} htmlFor="reserved-function">
          <Input id="reserved-function" value={fn.name} readOnly variant="filled" />
        </Form.Item>
        <QualifierFields fn={fn} isNew={reserved === undefined} />
        <div className="reserved-pair">
          <Form.Item
            name="count"
            label={t('fields.count')}
            extra={t('fields.countHelp')}
            rules={[{ required: true, message: t('fields.countMissing') }]}
          >
            <InputNumber {...LIMITS.reservedInstances} precision={0} />
          </Form.Item>
          <Form.Item name="isIdle" label={t('fields.idle')} valuePropName="checked" extra={t('fields.idleHelp')}>
            <Switch />
          </Form.Item>
        </div>
        <TimePolicies isUtc={isUtc} />
        <CallPolicies />
      </Form>
    </Modal>
  );
}

function QualifierFields({ fn, isNew }: { fn: ShownFunction; isNew: boolean }) {
  const { t } = useTexts('functionReserved');
  const form = Form.useFormInstance<ReservedFields>();
  const type = Form.useWatch('type', form) ?? 'version';
  const versions = useVersions(fn);
  const aliases = useAliases(fn);
  const names =
    type === 'alias'
      ? (aliases.data ?? []).map(({ name }) => name)
      : (versions.data?.versions ?? []).map(({ version }) => version);
  return (
    <div className="reserved-pair">
      <Form.Item name="type" label={t('fields.type')} required>
        <Radio.Group
          disabled={!isNew}
          onChange={() => form.setFieldValue('qualifier', undefined)}
          options={[
            { value: 'version', label: t('version') },
            { value: 'alias', label: t('alias') },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="qualifier"
        label={t(type === 'alias' ? 'fields.alias' : 'fields.version')}
        rules={[{ required: true, message: t('fields.qualifierMissing') }]}
      >
        <Select disabled={!isNew} showSearch options={names.map((name) => ({ value: name, label: name }))} />
      </Form.Item>
    </div>
  );
}

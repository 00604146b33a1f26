import { LIMITS } from '@funcgraph/api/limits';
import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal, Select } from 'antd';
import { ApiError, mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { clearErrors } from '../../../parts/clear-errors.ts';
import { useNotices } from '../../../parts/notices.tsx';
import { useFormLanguage } from '../../../parts/use-form-language.ts';
import type { ShownFunction } from '../shown-function.ts';
import type { Alias } from '../versions/version-list.ts';
import { type AliasFields, fieldsOf, refusedField, targetOf } from './alias-fields.ts';
import { GreyFields } from './grey-fields.tsx';

const NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/;

interface AliasDialogProps {
  readonly fn: ShownFunction;
  readonly versions: readonly string[];
  /** The one to change; a new one without. */
  readonly alias?: Alias | undefined;
  readonly onClose: () => void;
}

/** Makes an alias or points it to another version, with a grey release or without. */
export function AliasDialog({ fn, versions, alias, onClose }: AliasDialogProps) {
  const { t } = useTexts('functionAliases');
  const parts = useTexts('parts');
  const notices = useNotices();
  const [form] = Form.useForm<AliasFields>();
  useFormLanguage(form);
  const creation = useMutation(mutation('createVersionAlias'));
  const change = useMutation(mutation('updateVersionAlias'));
  const deed = alias === undefined ? 'create' : 'edit';

  const save = (fields: AliasFields) => {
    const { name } = fields;
    const report = {
      onSuccess: () => {
        notices.success(() => t(`${deed}.done`, { name }));
        onClose();
      },
      onError: (error: Error) => {
        const field = error instanceof ApiError ? refusedField(error) : undefined;
        if (field === undefined) return notices.failure(() => t(`${deed}.failed`, { name }), error);
        form.setFields([{ name: field, errors: [parts.t('refused', { message: error.message })] }]);
        form.scrollToField(field, { focus: true });
      },
    };
    const function_urn = fn.baseUrn;
    const target = targetOf(fields);
    if (alias === undefined) creation.mutate({ params: { function_urn }, body: { name, ...target } }, report);
    else change.mutate({ params: { function_urn, alias_name: alias.name }, body: target }, report);
  };
  return (
    <Modal
      open
      title={alias === undefined ? t('create.title') : t('edit.title', { name: alias.name })}
      width={640}
      confirmLoading={creation.isPending || change.isPending}
      mask={{ closable: false }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<AliasFields>
        form={form}
        onValuesChange={clearErrors(form)}
        layout="vertical"
        className="alias-form"
        scrollToFirstError={{ focus: true }}
        initialValues={fieldsOf(alias)}
        onFinish={save}
      >
        <Form.Item
          name="name"
          label={t('fields.name')}
          hidden={alias !== undefined}
          extra={t('fields.nameHelp')}
          validateTrigger="onBlur"
          rules={[
            { required: true, message: t('fields.nameMissing') },
            { pattern: NAME, message: t('fields.nameWrong') },
          ]}
        >
          <Input autoFocus autoComplete="off" maxLength={63} />
        </Form.Item>
        <Form.Item
          name="version"
          label={t('fields.version')}
          rules={[{ required: true, message: t('fields.versionMissing') }]}
        >
          <Select options={versions.map((version) => ({ value: version, label: version }))} showSearch />
        </Form.Item>
        <GreyFields versions={versions} />
        <Form.Item name="description" label={t('fields.description')}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} maxLength={LIMITS.descriptionChars} showCount />
        </Form.Item>
      </Form>
    </Modal>
  );
}

import { LIMITS } from '@funcgraph/api/limits';
import { useMutation } from '@tanstack/react-query';
import { Alert, Form, Input, InputNumber, Modal, Select, Switch } from 'antd';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { type Alias, LATEST } from '../versions/version-list.ts';
import { splitOf } from './alias-split.ts';

const NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/;
const FIRST_PERCENT = 10;
const WHOLE = 100;

interface Fields {
  readonly name: string;
  readonly version: string;
  readonly isGrey: boolean;
  readonly grey?: string;
  readonly percent: number;
  readonly description: string;
}

interface AliasDialogProps {
  readonly fn: ShownFunction;
  readonly versions: readonly string[];
  /** The one to change; a new one without. */
  readonly alias?: Alias | undefined;
  readonly onClose: () => void;
}

function fieldsOf(alias: Alias | undefined): Partial<Fields> {
  if (alias === undefined) return { isGrey: false, percent: FIRST_PERCENT };
  const { name, version, description } = alias;
  const split = splitOf(alias);
  if (split.kind !== 'weight') return { name, version, description, isGrey: false, percent: FIRST_PERCENT };
  return { name, version, description, isGrey: true, grey: split.grey, percent: split.percent };
}

/** Makes an alias or points it to another version, with a grey release or without. */
export function AliasDialog({ fn, versions, alias, onClose }: AliasDialogProps) {
  const { t } = useTexts('functionAliases');
  const notices = useNotices();
  const [form] = Form.useForm<Fields>();
  const creation = useMutation(mutation('createVersionAlias'));
  const change = useMutation(mutation('updateVersionAlias'));
  const deed = alias === undefined ? 'create' : 'edit';

  const save = ({ name, version, isGrey, grey, percent, description = '' }: Fields) => {
    const target = {
      version,
      description,
      ...(isGrey && grey !== undefined ? { additional_version_weights: { [grey]: percent } } : {}),
    };
    const report = {
      onSuccess: () => {
        notices.success(t(`${deed}.done`, { name }));
        onClose();
      },
      onError: (error: Error) => notices.failure(t(`${deed}.failed`, { name }), error),
    };
    const function_urn = fn.baseUrn;
    if (alias === undefined) creation.mutate({ params: { function_urn }, body: { name, ...target } }, report);
    else change.mutate({ params: { function_urn, alias_name: alias.name }, body: target }, report);
  };
  return (
    <Modal
      open
      title={alias === undefined ? t('create.title') : t('edit.title', { name: alias.name })}
      confirmLoading={creation.isPending || change.isPending}
      mask={{ closable: false }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {alias !== undefined && splitOf(alias).kind === 'rules' && (
        <Alert type="warning" showIcon title={t('rulesGo')} className="alias-note" />
      )}
      <Form<Fields>
        form={form}
        layout="vertical"
        className="alias-form"
        initialValues={fieldsOf(alias)}
        onFinish={save}
      >
        <AliasFields versions={versions} isNew={alias === undefined} />
      </Form>
    </Modal>
  );
}

function AliasFields({ versions, isNew }: { versions: readonly string[]; isNew: boolean }) {
  const { t } = useTexts('functionAliases');
  const options = versions.map((version) => ({ value: version, label: version }));
  return (
    <>
      <Form.Item
        name="name"
        label={t('fields.name')}
        hidden={!isNew}
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
        <Select options={options} showSearch />
      </Form.Item>
      <GreyFields options={options} />
      <Form.Item name="description" label={t('fields.description')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} maxLength={LIMITS.descriptionChars} showCount />
      </Form.Item>
    </>
  );
}

function GreyFields({ options }: { options: readonly { value: string; label: string }[] }) {
  const { t } = useTexts('functionAliases');
  const form = Form.useFormInstance<Fields>();
  const { version, isGrey, grey, percent } = Form.useWatch([], form) ?? {};
  const possible = options.filter(({ value }) => value !== LATEST && value !== version);
  return (
    <>
      <Form.Item name="isGrey" label={t('fields.isGrey')} valuePropName="checked" extra={t('fields.isGreyHelp')}>
        <Switch />
      </Form.Item>
      {isGrey && (
        <div className="alias-grey">
          <Form.Item
            name="grey"
            label={t('fields.grey')}
            dependencies={['version']}
            rules={[
              { required: true, message: t('fields.greyMissing') },
              {
                validator: async (_, value) => {
                  if (value !== undefined && value === version) throw new Error(t('fields.greySame'));
                },
              },
            ]}
          >
            <Select options={possible} showSearch />
          </Form.Item>
          <Form.Item
            name="percent"
            label={t('fields.percent')}
            rules={[{ required: true, message: t('fields.percentMissing') }]}
          >
            <InputNumber {...LIMITS.weightPercent} precision={0} suffix="%" />
          </Form.Item>
          {version && grey && (
            <p className="alias-grey-words" role="status">
              {t('split.weight', { version, grey, percent: percent ?? 0, main: WHOLE - (percent ?? 0) })}
            </p>
          )}
        </div>
      )}
    </>
  );
}

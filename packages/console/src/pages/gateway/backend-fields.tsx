import { AutoComplete, Checkbox, Form, Radio } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { type PickerProps, textOf } from '../../parts/pickers/picker.ts';
import { useQualifiers } from '../../parts/pickers/qualifiers.ts';
import { FlowPicker, FunctionSelect } from '../../parts/pickers/search-picker.tsx';
import type { ApiFields } from './definition.ts';

export function BackendFields() {
  const { t } = useTexts('gateway');
  const backend = Form.useWatch<ApiFields['backend']>('backend') ?? 'function';
  return (
    <fieldset className="gateway-fields">
      <legend>{t('form.backend')}</legend>
      <Form.Item name="backend" label={t('form.kind')}>
        <Radio.Group
          options={[
            { value: 'function', label: t('form.function') },
            { value: 'flow', label: t('apis.flow') },
          ]}
        />
      </Form.Item>
      {backend === 'flow' ? (
        <Form.Item
          name="flow_urn"
          label={t('apis.flow')}
          extra={t('form.flowHelp')}
          rules={[{ required: true, message: t('form.flowMissing') }]}
        >
          <FlowPicker />
        </Form.Item>
      ) : (
        <>
          <div className="gateway-row">
            <Form.Item
              name="function_urn"
              label={t('form.function')}
              rules={[{ required: true, message: t('form.functionMissing') }]}
            >
              <FunctionSelect />
            </Form.Item>
            <Form.Item
              name="version"
              label={t('form.version')}
              extra={t('form.versionHelp')}
              rules={[{ required: true, message: t('form.versionMissing') }]}
            >
              <QualifierField />
            </Form.Item>
          </div>
          <Form.Item name="isAsync" valuePropName="checked">
            <Checkbox>{t('form.async')}</Checkbox>
          </Form.Item>
        </>
      )}
    </fieldset>
  );
}

/** A version or an alias of the chosen function, or what takes it from the stage. */
function QualifierField({ id = '', value, onChange = () => {} }: PickerProps) {
  const urn: unknown = Form.useWatch('function_urn');
  const { options } = useQualifiers(textOf(urn) ?? '');
  return <AutoComplete id={id} maxLength={70} options={options} value={textOf(value)} onChange={onChange} />;
}

import { LIMITS } from '@funcgraph/api/limits';
import { Form, InputNumber, Radio, Select, Switch } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { LATEST } from '../versions/version-list.ts';
import type { AliasFields } from './alias-fields.ts';
import { RuleFields } from './rule-fields.tsx';

const WHOLE = 100;

/** The second version of an alias: for a share of the requests, or for those that rules choose. */
export function GreyFields({ versions }: { versions: readonly string[] }) {
  const { t } = useTexts('functionAliases');
  const form = Form.useFormInstance<AliasFields>();
  const { version, isGrey, way } = Form.useWatch([], form) ?? {};
  const possible = versions.filter((one) => one !== LATEST && one !== version);
  return (
    <>
      <Form.Item name="isGrey" label={t('fields.isGrey')} valuePropName="checked" extra={t('fields.isGreyHelp')}>
        <Switch />
      </Form.Item>
      {isGrey && (
        <>
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
              <Select options={possible.map((one) => ({ value: one, label: one }))} showSearch />
            </Form.Item>
            <Form.Item name="way" label={t('fields.way')}>
              <Radio.Group
                options={[
                  { value: 'percent', label: t('ways.percent') },
                  { value: 'rules', label: t('ways.rules') },
                ]}
              />
            </Form.Item>
          </div>
          {way === 'rules' ? <RuleFields /> : <PercentField />}
        </>
      )}
    </>
  );
}

function PercentField() {
  const { t } = useTexts('functionAliases');
  const form = Form.useFormInstance<AliasFields>();
  const { version, grey, percent } = Form.useWatch([], form) ?? {};
  return (
    <div className="alias-grey">
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
  );
}

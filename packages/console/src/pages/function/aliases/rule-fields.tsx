import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import PlusOutlined from '@ant-design/icons/es/icons/PlusOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { Button, Form, Input, Radio, Select } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { type AliasFields, FIRST_RULE, valuesOf } from './alias-fields.ts';

const NAME = /^[A-Za-z0-9_-]*$/;

/** Which headers and cookies lead a request to the second version. */
export function RuleFields() {
  const { t } = useTexts('functionAliases');
  const form = Form.useFormInstance<AliasFields>();
  const count = Form.useWatch('rules', form)?.length ?? 0;
  return (
    <section className="alias-rules" aria-label={t('rules.title')}>
      <p>{t('rules.help')}</p>
      {count > 1 && (
        <Form.Item name="combine" label={t('rules.combine')}>
          <Radio.Group
            options={[
              { value: 'and', label: t('rules.and') },
              { value: 'or', label: t('rules.or') },
            ]}
          />
        </Form.Item>
      )}
      <Form.List name="rules">
        {(rows, { add, remove }, { errors }) => (
          <>
            {rows.map(({ key, name }) => (
              <div key={key} className="alias-rule">
                <RuleRow row={name} />
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('rules.remove', { number: name + 1 })}
                  disabled={rows.length === 1}
                  onClick={() => remove(name)}
                />
              </div>
            ))}
            <Form.ErrorList errors={errors} />
            <Button
              size="small"
              icon={<PlusOutlined />}
              disabled={rows.length >= LIMITS.aliasRules}
              onClick={() => add(FIRST_RULE)}
            >
              {t('rules.add')}
            </Button>
          </>
        )}
      </Form.List>
    </section>
  );
}

function RuleRow({ row }: { row: number }) {
  const { t } = useTexts('functionAliases');
  const form = Form.useFormInstance<AliasFields>();
  const op = Form.useWatch(['rules', row, 'op'], form);
  const number = row + 1;
  const { aliasRuleNameChars, aliasRuleValueChars } = LIMITS;
  return (
    <>
      <Form.Item name={[row, 'rule_type']}>
        <Select
          aria-label={t('rules.source', { number })}
          options={[
            { value: 'header', label: t('rules.header') },
            { value: 'cookie', label: t('rules.cookie') },
          ]}
        />
      </Form.Item>
      <Form.Item
        name={[row, 'param']}
        rules={[
          { required: true, message: t('rules.nameMissing') },
          { pattern: NAME, message: t('rules.nameWrong', { most: aliasRuleNameChars }) },
          { max: aliasRuleNameChars, message: t('rules.nameWrong', { most: aliasRuleNameChars }) },
        ]}
      >
        <Input
          className="code-input"
          aria-label={t('rules.name', { number })}
          placeholder="X-Group"
          autoComplete="off"
          spellCheck={false}
        />
      </Form.Item>
      <Form.Item name={[row, 'op']}>
        <Select
          aria-label={t('rules.op', { number })}
          options={[
            { value: '=', label: t('rules.is') },
            { value: 'in', label: t('rules.in') },
          ]}
        />
      </Form.Item>
      <Form.Item
        name={[row, 'value']}
        dependencies={[['rules', row, 'op']]}
        rules={[
          { required: true, message: t('rules.valueMissing') },
          ({ getFieldValue }) => ({
            validator: async (_, value: string) => {
              if (!value) return;
              const values = valuesOf({ op: getFieldValue(['rules', row, 'op']), value });
              if (values.includes('')) throw new Error(t('rules.valueEmpty'));
              if (values.join(',').length > aliasRuleValueChars)
                throw new Error(t('rules.valueLong', { most: aliasRuleValueChars }));
            },
          }),
        ]}
      >
        <Input
          className="code-input"
          aria-label={t('rules.value', { number })}
          placeholder={op === 'in' ? 'beta,staff' : 'beta'}
          autoComplete="off"
          spellCheck={false}
        />
      </Form.Item>
    </>
  );
}

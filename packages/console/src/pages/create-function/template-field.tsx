import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Select } from 'antd';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import type { Template } from './new-function.ts';

interface TemplateFieldProps {
  readonly value: string;
  readonly template: Template | undefined;
  readonly onChange: (id: string) => void;
}

/** The template and what it sets. */
export function TemplateField({ value, template, onChange }: TemplateFieldProps) {
  const { t, i18n } = useTexts('createFunction');
  const language = i18n.language === 'zh-CN' ? 'zh' : 'en';
  const list = useQuery(query('listFunctionTemplate'));
  return (
    <>
      <Form.Item
        label={t('template.label')}
        htmlFor="template"
        required
        extra={template && `${template.descriptions[language]} ${t('template.facts', template)}`}
      >
        <Select
          id="template"
          showSearch={{ optionFilterProp: 'label' }}
          loading={list.isLoading}
          value={value || null}
          placeholder={t('template.missing')}
          onChange={onChange}
          options={(list.data?.func_templates ?? []).map(({ id, titles }) => ({ value: id, label: titles[language] }))}
        />
      </Form.Item>
      {template?.build && (
        <Form.Item>
          <Alert type="warning" showIcon title={t('template.build')} />
        </Form.Item>
      )}
    </>
  );
}

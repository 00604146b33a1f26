import type { RouteResponse, Routes } from '@funcgraph/api';
import { useNavigate } from '@tanstack/react-router';
import { Tag } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';

type Template = RouteResponse<Routes['listFunctionTemplate']>['func_templates'][number];

export function TemplateCard({ template: { id, titles, descriptions, runtime, service } }: { template: Template }) {
  const { t, i18n } = useTexts('templates');
  const navigate = useNavigate();
  const language = i18n.language === 'zh-CN' ? 'zh' : 'en';
  const use = () => navigate({ to: '/create-function', search: { way: 'template', template: id } as never });
  return (
    <li className="template-card">
      <h2>{titles[language]}</h2>
      <p>{descriptions[language]}</p>
      <div className="template-card-foot">
        <Tag>{runtime}</Tag>
        <Tag>{service}</Tag>
        <ActionButton
          needs="createFunction"
          aria-label={t('useNamed', { title: titles[language] })}
          onClick={() => void use()}
        >
          {t('use')}
        </ActionButton>
      </div>
    </li>
  );
}

import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Select, Skeleton, Tag } from 'antd';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import './templates.css';

type Template = RouteResponse<Routes['listFunctionTemplate']>['func_templates'][number];

function TemplateCard({ template: { id, titles, descriptions, runtime, service } }: { template: Template }) {
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

export function Page() {
  const { t } = useTexts('templates');
  const [{ service, runtime }, setUrl] = useUrlState({ service: '', runtime: '' });
  const list = useQuery(query('listFunctionTemplate'));
  const all = list.data?.func_templates ?? [];
  const fits = (chosen: string, value: string) => chosen === '' || chosen === value;
  const shown = all.filter((each) => fits(service, each.service) && fits(runtime, each.runtime));
  const choices = (values: readonly string[]) => [
    { value: '', label: t('all') },
    ...[...new Set(values)].sort().map((value) => ({ value, label: value })),
  ];

  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} />
      <div className="template-filters">
        <label htmlFor="template-service">{t('service')}</label>
        <Select
          id="template-service"
          value={service}
          onChange={(value) => setUrl({ service: value })}
          options={choices(all.map((each) => each.service))}
        />
        <label htmlFor="template-runtime">{t('runtime')}</label>
        <Select
          id="template-runtime"
          value={runtime}
          onChange={(value) => setUrl({ runtime: value })}
          options={choices(all.map((each) => each.runtime))}
        />
      </div>
      {list.isPending && <Skeleton active />}
      {list.error && <ErrorView error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && shown.length === 0 && (
        <EmptyState
          title={t('none.title')}
          text={t('none.text')}
          action={<Button onClick={() => setUrl({ service: '', runtime: '' })}>{t('none.clear')}</Button>}
        />
      )}
      <ul className="template-cards">
        {shown.map((template) => (
          <TemplateCard key={template.id} template={template} />
        ))}
      </ul>
    </>
  );
}

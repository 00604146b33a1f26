import type { RouteResponse, Routes } from '@funcgraph/api';
import { Progress, type TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { useNumbers } from '../../../parts/numbers.ts';

type Quota = RouteResponse<Routes['listAllQuotas']>['quotas'][number];

/** From here on the bar warns. */
const NEARLY_FULL = 0.9;
const WHOLE = 100;

/** Names of quotas; a newer server may have some that this page does not know. */
export function useQuotaNames(): (name: string) => string {
  const { t, i18n } = useTexts('quotas');
  return (name) => (i18n.exists(`names.${name}`, { ns: 'quotas' }) ? t(`names.${name}` as 'names.functions') : name);
}

export function useQuotaColumns(): TableColumnsType<Quota> {
  const { t } = useTexts('quotas');
  const numbers = useNumbers();
  const nameOf = useQuotaNames();
  const figure = (value: number, unit: string) => (unit === 'bytes' ? numbers.bytes(value) : numbers.whole(value));
  return [
    { title: t('columns.name'), dataIndex: 'name', fixed: 'left', render: nameOf },
    { title: t('columns.scope'), dataIndex: 'scope', render: (scope: Quota['scope']) => t(`scopes.${scope}`) },
    {
      title: t('columns.use'),
      key: 'use',
      render: (_, { name, used, quota, unit }) => {
        if (used === null) return t('notCounted');
        const share = quota === 0 ? 0 : used / quota;
        return (
          <div className="platform-bar">
            <Progress
              percent={Math.ceil(Math.min(share, 1) * WHOLE)}
              showInfo={false}
              size="small"
              aria-label={nameOf(name)}
              {...(share > NEARLY_FULL ? { status: 'exception' as const } : {})}
            />
            {figure(used, unit)}
          </div>
        );
      },
    },
    {
      title: t('columns.quota'),
      key: 'quota',
      align: 'right',
      render: (_, { quota, unit }) => figure(quota, unit),
    },
    {
      title: t('columns.setting'),
      dataIndex: 'setting',
      render: (setting: string) => (setting === '' ? t('fixed') : <code>{setting}</code>),
    },
  ];
}

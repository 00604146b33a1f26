import { Table } from 'antd';
import { useTexts } from '../../../../i18n/index.ts';

/** Names of policies are the same in all languages. */
const NEEDS = [
  { use: 'image', cloud: 'SWR Admin' },
  { use: 'fileSystem', cloud: 'SFS Administrator / Tenant Administrator' },
  { use: 'ecs', cloud: 'Tenant Guest, VPC Administrator' },
  { use: 'network', cloud: 'VPC Administrator' },
  { use: 'tracing', cloud: 'APM Administrator' },
  { use: 'calls', cloud: undefined },
] as const;

/** Which uses need rights of the agency, in the cloud and on this server. */
export function NeedTable() {
  const { t } = useTexts('functionSettings');
  return (
    <section className="surface settings-needs" aria-labelledby="settings-needs">
      <h3 id="settings-needs">{t('needs.title')}</h3>
      <Table
        size="small"
        pagination={false}
        rowKey="use"
        dataSource={[...NEEDS]}
        columns={[
          {
            title: t('needs.use'),
            dataIndex: 'use',
            render: (use: (typeof NEEDS)[number]['use']) => t(`needs.uses.${use}`),
          },
          {
            title: t('needs.here'),
            dataIndex: 'use',
            key: 'here',
            render: (use: (typeof NEEDS)[number]['use']) => t(`needs.rights.${use}`),
          },
          { title: t('needs.cloud'), dataIndex: 'cloud', render: (cloud?: string) => cloud ?? t('needs.own') },
        ]}
      />
    </section>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { Command } from '../../../parts/command.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { ErrorView } from '../../../parts/error-view.tsx';
import { Facts } from '../../../parts/facts.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { Status } from '../../../parts/status.tsx';
import '../platform.css';
import { useCheckText } from './check-text.ts';
import { Gauges } from './gauges.tsx';

/** Features that work on the machine of the server, missing ones, and how full its pools are. */
export function Page() {
  const { t } = useTexts('health');
  const textOf = useCheckText();
  const doctor = useQuery(query('showDoctor'));
  const { data, error } = doctor;
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={<Command line="fgs doctor" />} />
      {error && <ErrorView error={error} onRetry={() => void doctor.refetch()} />}
      {doctor.isPending && <Skeleton active />}
      {data && (
        <>
          <div className="surface platform-box">
            <Facts
              facts={[
                { name: t('version'), value: data.version },
                { name: 'Node.js', value: data.node },
                { name: t('isolation'), value: data.sandbox.driver },
                { name: t('root'), value: t(data.sandbox.root ? 'yes' : 'no') },
                { name: 'cgroup', value: data.sandbox.cgroup },
              ]}
            />
          </div>
          <section className="platform-section" aria-label={t('checks')}>
            <h2>{t('checks')}</h2>
            <DataTable
              query={doctor}
              rows={[
                ...data.checks.map((check) => ({ ok: check.ok, ...textOf(check) })),
                ...data.sandbox.degraded.map((detail) => ({ name: t('notEnforced'), ok: false, detail, hint: '' })),
              ].map((check, index) => ({ ...check, key: String(index) }))}
              rowKey={({ key }) => key}
              empty={<EmptyState title={t('checks')} text={t('noChecks')} command="fgs doctor" />}
              columns={[
                { title: t('columns.check'), dataIndex: 'name' },
                {
                  title: t('columns.state'),
                  dataIndex: 'ok',
                  render: (isGood: boolean) => (
                    <Status kind={isGood ? 'good' : 'warning'}>{t(isGood ? 'good' : 'warning')}</Status>
                  ),
                },
                {
                  title: t('columns.detail'),
                  dataIndex: 'detail',
                  render: (detail: string, { hint }) => (
                    <div className="health-detail">
                      {detail}
                      {hint && <div className="platform-hint">{hint}</div>}
                    </div>
                  ),
                },
              ]}
            />
          </section>
          <Gauges />
        </>
      )}
    </>
  );
}

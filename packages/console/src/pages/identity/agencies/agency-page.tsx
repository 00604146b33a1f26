import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { Grants } from '../grants/grants.tsx';
import '../identity.css';
import { AgencyEnd, AgencyTrust } from './agency-columns.tsx';

export function Page() {
  const { t } = useTexts('agencies');
  const { agency: id = '' } = useParams({ strict: false });
  const { data, error } = useQuery(query('showAgency', { params: { agency_id: id } }));
  return (
    <>
      <Link className="identity-back" to="/agencies">
        {`← ${t('back')}`}
      </Link>
      <PageHeader
        title={data?.agency.name ?? t('title')}
        intro={data?.agency.description ?? ''}
        actions={
          data && (
            <span>
              {t('columns.trusts')}: <AgencyTrust of={data.agency} /> · {t('columns.ends')}:{' '}
              <AgencyEnd of={data.agency} />
            </span>
          )
        }
      />
      {error && <ErrorView error={error} />}
      {data && <Grants holder={{ agency_id: id }} name={data.agency.name} flag="agency" />}
    </>
  );
}

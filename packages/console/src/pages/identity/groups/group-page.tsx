import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { Grants } from '../grants/grants.tsx';
import '../identity.css';
import { GroupMembers } from './group-members.tsx';

export function Page() {
  const { t } = useTexts('groups');
  const { group: id = '' } = useParams({ strict: false });
  const { data, error } = useQuery(query('showGroup', { params: { group_id: id } }));
  return (
    <>
      <Link className="identity-back" to="/groups">
        {`← ${t('back')}`}
      </Link>
      <PageHeader title={data?.group.name ?? t('title')} intro={data?.group.description ?? ''} />
      {error && <ErrorView error={error} />}
      {data && (
        <>
          <Grants holder={{ group_id: id }} name={data.group.name} flag="group" />
          <GroupMembers group={data.group} />
        </>
      )}
    </>
  );
}

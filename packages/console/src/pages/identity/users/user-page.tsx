import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import '../identity.css';
import { UserKeys } from '../keys/user-keys.tsx';
import { UserStatus } from './user-columns.tsx';
import { UserGroups } from './user-groups.tsx';

export function Page() {
  const { t } = useTexts('users');
  const { user: id = '' } = useParams({ strict: false });
  const { data, error } = useQuery(query('showUser', { params: { user_id: id } }));
  return (
    <>
      <Link className="identity-back" to="/users">
        {`← ${t('back')}`}
      </Link>
      <PageHeader
        title={data?.user.name ?? t('title')}
        intro={data?.user.description ?? ''}
        actions={data && <UserStatus isEnabled={data.user.enabled} />}
      />
      {error && <ErrorView error={error} />}
      {data && (
        <>
          <UserGroups user={data.user} />
          <UserKeys user={data.user} />
        </>
      )}
    </>
  );
}

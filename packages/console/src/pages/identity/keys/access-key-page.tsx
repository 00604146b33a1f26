import { useState } from 'react';
import { useSession } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { AccessKeys } from './access-keys.tsx';
import { CreateKey } from './create-key.tsx';

/** The keys of the person who is signed in. Those of others are on the pages of the users. */
export function Page() {
  const { t } = useTexts('accessKeys');
  const { user, user_id } = useSession();
  const [isCreating, setCreating] = useState(false);
  return (
    <>
      <PageHeader
        title={t('title')}
        intro={t('intro')}
        actions={
          <ActionButton needs="createAccessKey" type="primary" onClick={() => setCreating(true)}>
            {t('create.action')}
          </ActionButton>
        }
      />
      <AccessKeys userId={user_id} command="fgs iam keys create --description laptop" />
      {isCreating && <CreateKey userId={user_id} userName={user} onClose={() => setCreating(false)} />}
    </>
  );
}

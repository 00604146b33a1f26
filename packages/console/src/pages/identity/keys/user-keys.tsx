import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { Section } from '../section.tsx';
import type { User } from '../users/user-columns.tsx';
import { AccessKeys } from './access-keys.tsx';
import { CreateKey } from './create-key.tsx';

/** The keys of any user, for administrators. */
export function UserKeys({ user: { id, name } }: { user: User }) {
  const { t } = useTexts('accessKeys');
  const [isCreating, setCreating] = useState(false);
  return (
    <Section
      title={t('title')}
      action={
        <ActionButton needs="createAccessKey" onClick={() => setCreating(true)}>
          {t('create.action')}
        </ActionButton>
      }
    >
      <AccessKeys userId={id} command={`fgs iam keys create --user ${name} --save ${name}.json`} />
      {isCreating && <CreateKey userId={id} userName={name} onClose={() => setCreating(false)} />}
    </Section>
  );
}

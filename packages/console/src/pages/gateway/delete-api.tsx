import { useTexts } from '../../i18n/index.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import type { Api, Group } from './definition.ts';

interface DeleteApiProps {
  readonly group: Group;
  readonly api: Api;
  readonly onDone?: () => unknown;
  readonly onClose: () => void;
}

export function DeleteApi({ group, api: { id, name, published }, onDone, onClose }: DeleteApiProps) {
  const { t } = useTexts('gateway');
  const stages = published.map(({ stage }) => stage).join(', ');
  return (
    <DeleteDialog
      route="deleteGatewayApi"
      input={{ params: { group_id: group.id, api_id: id } }}
      title={t('apis.removeTitle', { name })}
      consequence={stages === '' ? t('apis.removeConsequence') : t('apis.removePublished', { stages })}
      done={() => t('apis.removed', { name })}
      failed={() => t('apis.removeFailed', { name })}
      {...(onDone === undefined ? {} : { onDone })}
      onClose={onClose}
    />
  );
}

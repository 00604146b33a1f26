import { useMutation } from '@tanstack/react-query';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { nameOf, paramsOf, type Trigger } from './trigger.ts';

/** Enables a disabled trigger, and disables an enabled one. */
export function useSwitchTrigger(fn: ShownFunction) {
  const { t } = useTexts('triggers');
  const notices = useNotices();
  const change = useMutation(mutation('updateTrigger'));
  const turn = (trigger: Trigger) => {
    const name = nameOf(trigger);
    change.mutate(
      {
        params: paramsOf(fn, trigger),
        body: { trigger_status: trigger.trigger_status === 'ACTIVE' ? 'DISABLED' : 'ACTIVE' },
      },
      {
        onSuccess: () => notices.success(t('enable.done', { name })),
        onError: (error) => notices.failure(t('enable.failed', { name }), error),
      },
    );
  };
  return { turn, turning: change.isPending ? change.variables.params?.trigger_id : undefined };
}

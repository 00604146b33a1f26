import type { RouteBody, Routes } from '@funcgraph/api';
import { useMutation } from '@tanstack/react-query';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { useNotices } from '../../../parts/notices.tsx';
import { TRIGGER_CODES, TRIGGER_FORMS } from '../../../parts/triggers/kinds.ts';
import { type NewTrigger, TriggerDialog } from '../../../parts/triggers/trigger-dialog.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { nameOf, type Trigger } from './trigger.ts';

interface CreateTriggerProps {
  readonly fn: ShownFunction;
  readonly onCreated: (trigger: Trigger) => void;
  readonly onClose: () => void;
}

/** Of an HTTP function, only the kinds that it may have. */
export function CreateTrigger({ fn, onCreated, onClose }: CreateTriggerProps) {
  const { t } = useTexts('triggers');
  const notices = useNotices();
  const creation = useMutation(mutation('createFunctionTrigger'));
  const create = ({ code, isActive, data }: NewTrigger) => {
    type Body = RouteBody<Routes['createFunctionTrigger']>;
    const body: Body = {
      trigger_type_code: code,
      // the fields are those of the schema of its kind
      event_data: data as Body['event_data'],
      ...(isActive ? {} : { trigger_status: 'DISABLED' }),
    };
    creation.mutate(
      { params: { function_urn: fn.urn }, body },
      {
        onSuccess: (trigger) => {
          notices.success(() => t('create.done', { name: nameOf(trigger) }));
          const { warning } = trigger;
          if (warning !== undefined)
            notices.warning(
              () => t('create.warning', { name: nameOf(trigger) }),
              () => warning,
            );
          onCreated(trigger);
        },
        onError: (error) => notices.failure(() => t('create.failed'), error),
      },
    );
  };
  return (
    <TriggerDialog
      codes={TRIGGER_CODES.filter((code) => !fn.isHttp || TRIGGER_FORMS[code].isForHttp)}
      target={fn}
      isBusy={creation.isPending}
      onCreate={create}
      onClose={onClose}
    />
  );
}

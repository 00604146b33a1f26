import CodeOutlined from '@ant-design/icons/es/icons/CodeOutlined';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { EmptyState } from '../../../parts/empty-state.tsx';
import type { ShownFunction } from '../shown-function.ts';
import type { Code } from './code-query.ts';
import { UploadDialog } from './upload-dialog.tsx';
import { UploadMenu } from './upload-menu.tsx';
import type { UploadKind } from './upload-rules.ts';
import { useDeploy } from './use-deploy.ts';
import { whyNotEdited } from './why-not-edited.ts';

/** In the place of the editor: why there is none, and how to replace the code. */
export function UploadOnly({ fn, stored }: { fn: ShownFunction; stored: Code['stored'] }) {
  const { t } = useTexts('functionCode');
  const [kind, setKind] = useState<UploadKind>();
  const deploy = useDeploy(fn);
  const reason = whyNotEdited(stored);
  const canUpload = !fn.isReadOnly && reason !== 'image';
  return (
    <div className="surface">
      <EmptyState
        icon={<CodeOutlined />}
        title={t(`notEdited.${reason}.title`)}
        text={t(`notEdited.${reason}.text`)}
        action={canUpload && <UploadMenu runtime={stored.runtime} onChoose={setKind} />}
        {...(canUpload ? { command: `fgs functions deploy ./${fn.name}` } : {})}
      />
      {kind && (
        <UploadDialog
          kind={kind}
          fn={fn.config}
          isBusy={deploy.isPending}
          onUpload={(code) => deploy.mutate({ code, expected: undefined }, { onSuccess: () => setKind(undefined) })}
          onClose={() => setKind(undefined)}
        />
      )}
    </div>
  );
}

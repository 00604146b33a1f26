import { useTexts } from '../../i18n/index.ts';
import { type Api, splitBackend } from './definition.ts';

/** Method and path. */
export function ApiRequest({ api: { method, path, match } }: { api: Pick<Api, 'method' | 'path' | 'match'> }) {
  const { t } = useTexts('gateway');
  return (
    <span>
      <code>{`${method} ${path}`}</code>
      {match === 'prefix' && ` ${t('apis.andBelow')}`}
    </span>
  );
}

/** A function or flow by its name. */
export function BackendName({ urn }: { urn: string }) {
  const { t } = useTexts('gateway');
  const { urn: base, version } = splitBackend(urn);
  const parts = base.split(':');
  const [, , , , kind, application = '', name = urn] = parts;
  return (
    <span title={urn}>
      {kind === 'workflow' ? `${t('apis.flow')} ${name}` : `${application} / ${name} : ${version}`}
    </span>
  );
}

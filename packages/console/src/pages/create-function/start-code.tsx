import { useQuery } from '@tanstack/react-query';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { textOfBase64 } from '../../parts/base64.ts';
import type { CodeSource } from './new-function.ts';

/** The files that the new function begins with. */
export function StartCode({ source }: { source: Exclude<CodeSource, { kind: 'image' }> }) {
  const { t } = useTexts('createFunction');
  const id = 'template' in source ? source.template.id : '';
  const files = useQuery({ ...query('showTemplateFiles', { params: { template_id: id } }), enabled: id !== '' });
  const words = { start: 'code.startHelp', template: 'code.startHelp', sample: 'code.sample', upload: 'code.upload' };
  const shown = (files.data?.files ?? []).filter(({ path }) => path !== 'README.md');
  return (
    <section aria-labelledby="start-code">
      <h2 id="start-code">{t('code.start')}</h2>
      <p>{t(words[source.kind] as 'code.startHelp')}</p>
      {shown.map(({ path, content }, at) => (
        <details key={path} className="start-file" open={at === 0}>
          <summary>{path}</summary>
          {/* a long file scrolls by keyboard too */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
          <pre className="code-block" tabIndex={0}>
            {textOfBase64(content)}
          </pre>
        </details>
      ))}
    </section>
  );
}

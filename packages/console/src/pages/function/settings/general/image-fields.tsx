import { LIMITS } from '@funcgraph/api/limits';
import { Form, Input } from 'antd';
import { useTexts } from '../../../../i18n/index.ts';

/** Their lengths count together. */
const TOGETHER = ['command', 'args', 'workingDir'] as const;
const othersOf = (name: (typeof TOGETHER)[number]) =>
  TOGETHER.filter((each) => each !== name).map((each) => ['image', each]);

/** What a function changes about its container image. */
export function ImageFields() {
  const { t } = useTexts('functionSettings');
  const form = Form.useFormInstance();
  const most = LIMITS.imageOverrideChars;
  const fitsTogether = async () => {
    const { command = '', args = '', workingDir = '' } = form.getFieldValue('image');
    if (command.length + args.length + workingDir.length > most) throw new Error(t('image.tooLong', { most }));
  };
  const text = (name: 'command' | 'args', placeholder: string) => (
    <Form.Item
      name={['image', name]}
      label={t(`image.${name}.label`)}
      extra={t(`image.${name}.help`)}
      dependencies={othersOf(name)}
      rules={[{ validator: fitsTogether }]}
    >
      <Input className="code-input" autoComplete="off" spellCheck={false} placeholder={placeholder} />
    </Form.Item>
  );
  const id = (name: 'uid' | 'gid') => (
    <Form.Item
      name={['image', name]}
      label={t(`image.${name}`)}
      extra={t('image.idHelp')}
      rules={[{ pattern: /^(-1|[1-9]\d{0,4})?$/, message: t('image.idRule') }]}
    >
      <Input inputMode="numeric" autoComplete="off" />
    </Form.Item>
  );
  return (
    <section className="settings-group" aria-labelledby="image-override">
      <h3 id="image-override">{t('image.title')}</h3>
      <p className="settings-intro">{t('image.intro')}</p>
      <Form.Item
        name={['image', 'image']}
        label={t('image.name.label')}
        extra={t('image.name.help')}
        rules={[{ required: true, message: t('image.name.missing') }]}
      >
        <Input className="code-input" autoComplete="off" spellCheck={false} />
      </Form.Item>
      {text('command', '/bin/server')}
      {text('args', '--port,8000')}
      <Form.Item
        name={['image', 'workingDir']}
        label={t('image.workingDir.label')}
        extra={t('image.workingDir.help')}
        dependencies={othersOf('workingDir')}
        rules={[{ pattern: /^\//, message: t('image.workingDir.rule') }, { validator: fitsTogether }]}
      >
        <Input className="code-input" autoComplete="off" spellCheck={false} placeholder="/app" />
      </Form.Item>
      <div className="settings-pair">
        {id('uid')}
        {id('gid')}
      </div>
    </section>
  );
}

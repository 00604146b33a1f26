export const templates = {
  title: '函数模板',
  intro: '常见场景的可用代码。选择模板，为函数命名，再按需修改。',
  service: '云服务',
  runtime: '运行时',
  all: '全部',
  use: '使用模板',
  useNamed: '使用模板 {{title}}',
  none: { title: '没有匹配的结果', text: '没有使用该云服务和运行时的模板。', clear: '显示全部模板' },
};
